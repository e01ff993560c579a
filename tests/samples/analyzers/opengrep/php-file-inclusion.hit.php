<?php
include("pages/" . $_GET["page"]);
