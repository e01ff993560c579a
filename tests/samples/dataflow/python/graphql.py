import os

import ariadne
import graphene
import strawberry


@strawberry.type
class Query:
    @strawberry.field
    def groups(self, name: str) -> list[str]:
        os.system("ls " + name)  # expect: command-injection
        return []

    @strawberry.field
    def group(self, number: int) -> str:
        os.system(f"ls {number}")
        return ""


query = ariadne.QueryType()


@query.field("items")
def resolved(parent, info, folder):
    os.system("ls " + folder)  # expect: command-injection


class Rename(graphene.Mutation):
    def mutate(self, info, name):
        os.system("ls " + name)  # expect: command-injection


class Shop(graphene.ObjectType):
    def resolve_items(self, info, folder):
        os.system("ls " + folder)  # expect: command-injection
