import os

import boto3
import flask


def message():
    for part in boto3.client("sqs").receive_message()["Messages"]:
        os.system("ls " + part["Body"])  # expect: command-injection


def stored():
    os.system(boto3.client("s3").get_object(Bucket="a", Key="b")["Body"].read())  # expect: command-injection


def executed():
    boto3.client("athena").start_query_execution(QueryString="SELECT " + flask.request.args["a"])  # expect: sql-injection


def asked():
    return open(boto3.client("s3").get_object(Bucket="a", Key=flask.request.args["key"])["ETag"])


def handler(event, context):
    os.system("ls " + event["folder"])  # expect: command-injection


def lambda_handler(payload, _):
    os.system("ls " + payload["folder"])  # expect: command-injection
