<?php
echo "<b>" . htmlspecialchars($_GET["name"]) . "</b>";
