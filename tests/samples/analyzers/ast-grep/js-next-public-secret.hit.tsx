const client = createClient(url, process.env.NEXT_PUBLIC_SERVICE_ROLE_KEY);
