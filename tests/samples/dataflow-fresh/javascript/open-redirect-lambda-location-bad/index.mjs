export const handler = async (event) => {
  const { queryStringParameters: query = {} } = event;
  const location = query?.url ?? 'https://www.example.com';
  return {
    statusCode: 302,
    headers: { Location: location, 'Cache-Control': 'no-store' },
  };
};
