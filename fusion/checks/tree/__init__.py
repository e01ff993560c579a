"""Checks over the files of a commit, the analyzers' evidence about them, the history and the deployment."""
