import { ApolloServer } from '@apollo/server';

const typeDefs = `#graphql
  type Query { preview(url: String!): String, repo(owner: String!, name: String!): String }
`;

class GitHub {
  static readonly base = 'https://api.github.com';
  async get(path: string) {
    return (await fetch(path)).text();
  }
}

const github = new GitHub();

const resolvers = {
  Query: {
    preview: async (_parent: unknown, args: { url: string }) => {
      return github.get(args.url);
    },
  },
};

export const server = new ApolloServer({ typeDefs, resolvers });
