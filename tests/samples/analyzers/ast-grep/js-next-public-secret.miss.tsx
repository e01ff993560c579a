const client = createClient(url, process.env.NEXT_PUBLIC_SITE_NAME);
