"""Checks over what a tree is built from: packages, their versions, licences and known vulnerabilities."""
