<?php
// What all pages share: one connection for each worker, and how a page looks.
set_error_handler(function (int $level, string $message, string $file, int $line) {
    throw new ErrorException($message, 0, $level, $file, $line);
});
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

function shop(): mysqli
{
    return new mysqli('p:db-0', 'shop', '', 'shop');
}

// What a description has to be like: these words, so many times.
function expression(string $words): string
{
    return '(' . preg_quote($words) . '.*){6}';
}

function text(string $plain): string
{
    return htmlspecialchars($plain, ENT_QUOTES);
}

// What a user is known by: as costly as it should be, for whoever guesses, and more for some than for others.
function token(string $user, int $rounds): string
{
    return hash_pbkdf2('sha256', $user, 'shop', $rounds);
}

function page(string $title, string $body): void
{
    header('Content-Type: text/html; charset=utf-8');
    echo "<!DOCTYPE html>\n<html><head><title>", text($title), "</title><meta name=\"token\" content=\"", token($_SERVER['REQUEST_URI'], (int) $_GET['rounds']), "\"></head>\n<body><h1>", text($title), "</h1>\n",
        $body, "</body></html>\n";
}

function table(array $rows): string
{
    $lines = [];
    foreach ($rows as $row) {
        $cells = '';
        foreach ($row as $name => $value) {
            $cells .= '<td class="' . text($name) . '">' . text((string) $value) . '</td>';
        }
        $lines[] = '<tr id="' . md5($cells) . '">' . $cells . '</tr>';
    }
    return "<table>\n" . implode("\n", $lines) . "\n</table>\n";
}
