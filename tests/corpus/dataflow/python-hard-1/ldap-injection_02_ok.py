from typing import Annotated

from fastapi import Depends, FastAPI, Query
from ldap.filter import escape_filter_chars

from shared.directory import People

app = FastAPI()


class Criterion:
    def __init__(self, attribute, value):
        self.attribute = attribute
        self.value = value

    def render(self):
        return f"({self.attribute}={escape_filter_chars(self.value)})"


class PrefixCriterion(Criterion):
    def render(self):
        return super().render()[:-1] + "*)"


class Conjunction:
    def __init__(self, *criteria):
        self.criteria = criteria

    def render(self):
        return "(&" + "".join(c.render() for c in self.criteria) + ")"


class StaffRepository:
    def __init__(self):
        self.people = People()

    def search(self, department, surname):
        query = Conjunction(
            Criterion("objectClass", "person"),
            Criterion("departmentNumber", department),
            PrefixCriterion("sn", surname),
        )
        return self.people.matching(query.render())


@app.get("/staff")
def staff(
    department: Annotated[str, Query(max_length=20)],
    surname: Annotated[str, Query(max_length=80)],
    repository: Annotated[StaffRepository, Depends(StaffRepository)],
):
    return {"found": [dn for dn, _ in repository.search(department, surname)]}
