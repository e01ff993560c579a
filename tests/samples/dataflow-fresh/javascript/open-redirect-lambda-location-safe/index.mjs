export const handler = async (event) => {
  const { queryStringParameters: query = {} } = event;
  const location = `https://www.example.com/${query?.url ?? ''}`;
  return {
    statusCode: 302,
    headers: { Location: location, 'Cache-Control': 'no-store' },
  };
};
