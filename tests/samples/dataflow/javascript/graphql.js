import { ApolloServer } from '@apollo/server';
import { GraphQLObjectType } from 'graphql';
import { graphqlHTTP } from 'express-graphql';
import { Resolver, Query, Arg } from 'type-graphql';
import { execSync } from 'child_process';

const resolvers = {
  Query: {
    resolved: (parent, { host }) => execSync('ping ' + host), // expect: command-injection
  },
};

export const server = new ApolloServer({ typeDefs: '', resolvers });

export const typed = new GraphQLObjectType({
  name: 'Query',
  fields: {
    host: {
      resolve(parent, args) {
        return execSync('ping ' + args.host); // expect: command-injection
      },
    },
  },
});

export const rooted = graphqlHTTP({
  rootValue: {
    host: ({ name }) => execSync('ping ' + name), // expect: command-injection
  },
});

@Resolver()
export class Decorated {
  @Query()
  decorated(@Arg('host') host) {
    return execSync('ping ' + host); // expect: command-injection
  }
}
