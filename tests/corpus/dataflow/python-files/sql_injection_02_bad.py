from django.db import connection
from django.http import JsonResponse

COLUMNS = {"name": "display_name", "joined": "joined_on", "score": "total_score"}


def ranking(request):
    asked = request.GET.getlist("sort")
    candidates = sorted(asked + ["name"], key=len, reverse=True)
    column = candidates[0]

    column = COLUMNS.get(column, column)
    direction = "DESC" if request.GET.get("desc") == "1" else "ASC"

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, total_score FROM players ORDER BY {} {} LIMIT %s".format(column, direction),
            [50],
        )
        rows = cursor.fetchall()
    return JsonResponse({"rows": [list(row) for row in rows]})
