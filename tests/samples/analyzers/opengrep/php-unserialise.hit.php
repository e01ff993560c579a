<?php
$state = unserialize($_COOKIE["state"]);
