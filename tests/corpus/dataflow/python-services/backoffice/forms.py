from django import forms

COLUMNS = [
    ("customer", "Customer"),
    ("total", "Total"),
    ("created", "Created"),
]


class ReportForm(forms.Form):
    column = forms.CharField(max_length=120, strip=True)
    year = forms.IntegerField(min_value=2000, max_value=2100)
    descending = forms.BooleanField(required=False)


class SalesForm(forms.Form):
    column = forms.ChoiceField(choices=COLUMNS)
    year = forms.IntegerField(min_value=2000, max_value=2100)
    descending = forms.BooleanField(required=False)
