from django import forms


class GreetingForm(forms.Form):
    nickname = forms.CharField(max_length=80, strip=True)
    colour = forms.ChoiceField(choices=[("red", "Red"), ("blue", "Blue")], required=False)

    def clean_nickname(self):
        nickname = self.cleaned_data["nickname"]
        if nickname.lower() in {"admin", "root", "support"}:
            raise forms.ValidationError("this name is reserved")
        return nickname
