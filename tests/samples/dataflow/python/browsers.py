import os
from contextlib import closing

import pycurl
from flask import request
from playwright.sync_api import sync_playwright
from selenium import webdriver


def opened():
    with sync_playwright() as driver:
        page = driver.chromium.launch().new_context().new_page()
        page.goto(request.args["address"], timeout=1000)  # expect: server-side-request-forgery
        page.goto("https://shop.example/" + request.args["item"])


def driven():
    driver = webdriver.Firefox()
    driver.get(request.args["address"])  # expect: server-side-request-forgery


def curled():
    with closing(pycurl.Curl()) as curl:
        curl.setopt(pycurl.URL, request.args["address"])  # expect: server-side-request-forgery
        curl.setopt(pycurl.USERAGENT, request.args["agent"])


def answered():
    with sync_playwright() as driver:
        page = driver.firefox.launch().new_page()
        os.system("echo " + page.goto("https://shop.example/" + request.args["item"]))
