<?php
// One item, the best bids for it, and others like it.
require __DIR__ . '/shop.php';
$db = shop();
$id = (int) $_GET['id'];
$item = $db->execute_query('SELECT * FROM items WHERE id = ?', [$id])->fetch_assoc();
if ($item === null) {
    http_response_code(404);
    exit("There is no item $id.\n");
}
$bids = $db->execute_query('SELECT bidder, amount FROM bids WHERE item = ? ORDER BY amount DESC LIMIT 20', [$id])->fetch_all(MYSQLI_ASSOC);
$others = $db->execute_query(
    'SELECT id, name, description, barcode, price FROM items WHERE category = ? AND description REGEXP ? ORDER BY price LIMIT ?',
    [$item['category'], expression($_GET['words']), (int) $_GET['rows']]
)->fetch_all(MYSQLI_ASSOC);
page($item['name'], table([$item]) . table($bids) . table($others));
