"""Reading: what the files of a change say beyond their syntax - behaviour, dependencies, licences, workflows. Pure."""
