-- name: receipt_shop_name
SELECT name FROM receipt_settings WHERE user_id = :user_id;

-- name: save_receipt_shop_name
INSERT INTO receipt_settings (user_id, name) VALUES (:user_id, :name) ON CONFLICT (user_id) DO UPDATE SET name = :name;

-- name: customer_price
SELECT customer_price_idr FROM customer_prices WHERE user_id = :user_id AND code_folded = :code_folded;

-- name: save_customer_price
INSERT INTO customer_prices (user_id, code_folded, code, customer_price_idr) VALUES (:user_id, :code_folded, :code, :customer_price_idr)
ON CONFLICT (user_id, code_folded) DO UPDATE SET code = :code, customer_price_idr = :customer_price_idr;

-- name: delete_customer_price
DELETE FROM customer_prices WHERE user_id = :user_id AND code_folded = :code_folded;

-- name: customer_prices
SELECT code, customer_price_idr FROM customer_prices WHERE user_id = :user_id ORDER BY code_folded LIMIT :limit;

-- name: count_customer_prices
SELECT count(*) AS count FROM customer_prices WHERE user_id = :user_id;

-- Complaints.
