// Prints the SQL that fills the shop database of the rehearsal world, the same text each time.

const shop = String.raw`
SET NAMES utf8mb4;
SET time_zone = '+00:00';
CREATE TABLE DATABASECHANGELOG (
  ID varchar(255) NOT NULL, AUTHOR varchar(255) NOT NULL, FILENAME varchar(255) NOT NULL, DATEEXECUTED datetime NOT NULL,
  ORDEREXECUTED int NOT NULL, EXECTYPE varchar(10) NOT NULL, MD5SUM varchar(35) DEFAULT NULL, DESCRIPTION varchar(255) DEFAULT NULL,
  COMMENTS varchar(255) DEFAULT NULL, TAG varchar(255) DEFAULT NULL, LIQUIBASE varchar(20) DEFAULT NULL, CONTEXTS varchar(255) DEFAULT NULL,
  LABELS varchar(255) DEFAULT NULL, DEPLOYMENT_ID varchar(10) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE categories (
  id int unsigned NOT NULL AUTO_INCREMENT, name varchar(80) NOT NULL, parent_id int unsigned DEFAULT NULL,
  PRIMARY KEY (id), UNIQUE KEY uk_categories_name (name), KEY fk_categories_parent (parent_id),
  CONSTRAINT fk_categories_parent FOREIGN KEY (parent_id) REFERENCES categories (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE users (
  id bigint NOT NULL AUTO_INCREMENT, username varchar(60) NOT NULL, email varchar(190) NOT NULL, password_hash char(64) NOT NULL,
  full_name varchar(120) DEFAULT NULL, created_at datetime NOT NULL DEFAULT current_timestamp(),
  PRIMARY KEY (id), UNIQUE KEY uk_users_username (username), KEY idx_users_email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE product (
  id bigint NOT NULL AUTO_INCREMENT, name varchar(160) NOT NULL, description text DEFAULT NULL, price decimal(10,2) NOT NULL,
  stock int NOT NULL DEFAULT 0, category_id int unsigned DEFAULT NULL, attributes json DEFAULT NULL, thumbnail blob DEFAULT NULL,
  PRIMARY KEY (id), KEY idx_product_name (name), KEY fk_product_category (category_id),
  CONSTRAINT fk_product_category FOREIGN KEY (category_id) REFERENCES categories (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE orders (
  id bigint NOT NULL AUTO_INCREMENT, user_id bigint NOT NULL, status varchar(20) NOT NULL DEFAULT 'NEW', total decimal(12,2) NOT NULL DEFAULT 0.00,
  created_at datetime NOT NULL DEFAULT current_timestamp(), note text DEFAULT NULL,
  PRIMARY KEY (id), KEY idx_orders_created_at (created_at), KEY idx_orders_user_status (user_id, status),
  CONSTRAINT fk_orders_user FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE order_items (
  id bigint NOT NULL AUTO_INCREMENT, order_id bigint NOT NULL, product_id bigint NOT NULL, quantity int NOT NULL, unit_price decimal(10,2) NOT NULL,
  PRIMARY KEY (id), KEY fk_order_items_order (order_id), KEY fk_order_items_product (product_id),
  CONSTRAINT fk_order_items_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT fk_order_items_product FOREIGN KEY (product_id) REFERENCES product (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE payments (
  id bigint NOT NULL AUTO_INCREMENT, order_id bigint NOT NULL, provider enum('card','invoice','wallet') NOT NULL, amount decimal(12,2) NOT NULL,
  fee double DEFAULT NULL, is_captured tinyint(1) NOT NULL DEFAULT 0, paid_at datetime(3) DEFAULT NULL, due_on date DEFAULT NULL,
  PRIMARY KEY (id), UNIQUE KEY uk_payments_order (order_id),
  CONSTRAINT fk_payments_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE audit_log (
  id bigint NOT NULL AUTO_INCREMENT, entity varchar(40) NOT NULL, entity_id bigint NOT NULL, action varchar(20) NOT NULL, detail varchar(200) DEFAULT NULL,
  created_at datetime NOT NULL, PRIMARY KEY (id), KEY idx_audit_log_entity (entity, entity_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
DELIMITER ;;
CREATE TRIGGER orders_after_insert AFTER INSERT ON orders FOR EACH ROW
BEGIN
  INSERT INTO audit_log (entity, entity_id, action, detail, created_at)
  VALUES ('order', NEW.id, 'INSERT', CONCAT('status=', NEW.status, '; total=', NEW.total), NEW.created_at);
END;;
DELIMITER ;
`;

const endOfDump = Date.UTC(2026, 0, 31, 2, 0, 0);
const day = 86_400_000;
const categories = ["Tools", "Timber", "Fasteners", "Paint & Lacquer", "Électricité", "Gärten", "Lighting", "Plumbing", "水回り", "Safety", "Outdoor 🌲", "Nest Boxes 🪺"];
const givenNames = ["Ada", "Zoë", "Łukasz", "Siân", "李雷", "Олена", "مريم", "Björn", "Noor", "O'Brien", "Mateus", "Ngọc", "Grace", "Ivan", "Chloé", "Tomás"];
const familyNames = ["Novak", "García", "Müller", "Smith-Jones", "王", "Шевченко", "Ødegård", "D'Angelo", "Kowalski", "Nguyễn", "İnan", "Brown"];
const things = ["Hammer", "Spirit Level", "Oak Board", "Wood Screw", "Wall Paint", "LED Panel", "Copper Pipe", "Glove", "Nest Box", "Cordless Drill", "Sanding Disc", "Hinge"];
const notes = [
  "Leave at the back door", 'She said: "ring twice"', "Tab\there", "two\nlines", "back\\slash \\n not a newline", "🎁 gift wrap, please", "it's urgent; call 555-0100",
  "-- not a comment", "/* nor this */", "100% cotton # tag", "ends with a backslash\\", "",
];

/** A seeded generator (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = seeded(20_260_131);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(list: readonly T[]): T => {
  const item = list[below(list.length)];
  if (item === undefined) throw new Error("empty list");
  return item;
};
const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n").replaceAll("\t", "\\t")}'`;
const time = (epochMs: number): string => quote(new Date(epochMs).toISOString().slice(0, 19).replace("T", " "));
const money = (cents: number): string => (cents / 100).toFixed(2);

function insert(table: string, columns: string, rows: readonly string[]): void {
  for (let at = 0; at < rows.length; at += 250) process.stdout.write(`INSERT INTO ${table} (${columns}) VALUES\n${rows.slice(at, at + 250).join(",\n")};\n`);
}

function changelog(): void {
  const rows = ["001-users", "002-catalog", "003-orders", "004-payments", "005-audit-trigger", "006-product-thumbnail"].map((id, index) =>
    `('${id}', 'platform', 'db/changelog/${id}.yaml', ${time(endOfDump - (200 - index * 17) * day)}, ${index + 1}, 'EXECUTED', '9:${(below(0x7fffffff)).toString(16).padStart(8, "0").repeat(4)}', NULL, '', NULL, '4.29.2', NULL, NULL, '${1_700_000_000 + index}')`);
  insert("DATABASECHANGELOG", "ID, AUTHOR, FILENAME, DATEEXECUTED, ORDEREXECUTED, EXECTYPE, MD5SUM, DESCRIPTION, COMMENTS, TAG, LIQUIBASE, CONTEXTS, LABELS, DEPLOYMENT_ID", rows);
}

function people(): void {
  const rows = Array.from({ length: 300 }, (_, index) => {
    const username = index === 0 ? "testuser" : `user${String(index).padStart(3, "0")}`;
    const password = index === 0 ? "testpass" : `pw-${below(1_000_000_000)}`;
    const name = index % 17 === 5 ? "NULL" : quote(`${pick(givenNames)} ${pick(familyNames)}`);
    return `(${quote(username)}, '${username}@example.com', SHA2('${password}', 256), ${name}, ${time(endOfDump - 61 * day - below(400 * 86_400) * 1000)})`;
  });
  insert("users", "username, email, password_hash, full_name, created_at", rows);
}

function catalog(): readonly number[] {
  insert("categories", "name, parent_id", categories.map((name, index) => `(${quote(name)}, ${index < 6 ? "NULL" : index - 5})`));
  const prices = Array.from({ length: 200 }, () => 99 + below(49_900));
  insert("product", "name, description, price, stock, category_id, attributes, thumbnail", prices.map((price, index) => {
    const attributes = index % 5 === 0 ? "NULL" : quote(JSON.stringify({ colour: pick(["red", "grün", "青", "oak"]), weightKg: below(900) / 100, tags: ["new", "sale", "it's \"hot\""].slice(below(3)), ...(index % 7 === 0 ? { emoji: "🔨" } : {}) }));
    const thumbnail = index % 3 === 0 ? `0x89504e470d0a1a0a${Array.from({ length: 24 }, () => below(256).toString(16).padStart(2, "0")).join("")}0027225c0a` : "NULL";
    const description = index % 11 === 0 ? "NULL" : quote(`${pick(things)} for ${pick(things).toLowerCase()}s, ${below(90) + 10} mm.\nLot ${below(10_000)}.`);
    return `(${quote(`${pick(things)} ${String(index + 1).padStart(3, "0")}`)}, ${description}, ${money(price)}, ${below(500)}, ${index % 13 === 0 ? "NULL" : 1 + below(categories.length)}, ${attributes}, ${thumbnail})`;
  }));
  return prices;
}

function sales(prices: readonly number[]): void {
  const [orders, items, payments]: [string[], string[], string[]] = [[], [], []];
  const times = Array.from({ length: 2000 }, () => endOfDump - 1000 - below(60 * 86_400 - 60) * 1000).sort((a, b) => a - b);
  for (const [index, at] of times.entries()) {
    const status = at > endOfDump - day ? pick(["NEW", "PAID"]) : pick(["PAID", "SHIPPED", "SHIPPED", "DELIVERED", "DELIVERED", "CANCELLED"]);
    let total = 0;
    for (let left = 1 + below(4); left > 0; left -= 1) {
      const [product, quantity] = [below(prices.length), 1 + below(5)];
      const price = prices[product] ?? 0;
      total += price * quantity;
      items.push(`(${index + 1}, ${product + 1}, ${quantity}, ${money(price)})`);
    }
    orders.push(`(${1 + below(300)}, '${status}', ${money(total)}, ${time(at)}, ${random() < 0.15 ? quote(pick(notes)) : "NULL"})`);
    if (status === "NEW" || status === "CANCELLED") continue;
    const paidAt = quote(new Date(at + below(900_000)).toISOString().slice(0, 23).replace("T", " "));
    const isInvoice = random() < 0.2;
    payments.push(`(${index + 1}, '${isInvoice ? "invoice" : pick(["card", "wallet"])}', ${money(total)}, ${isInvoice ? "NULL" : (total * 0.00029 + 0.25).toFixed(4)}, ${isInvoice ? 0 : 1}, ${isInvoice ? "NULL" : paidAt}, ${isInvoice ? `'${new Date(at + 30 * day).toISOString().slice(0, 10)}'` : "NULL"})`);
  }
  insert("orders", "user_id, status, total, created_at, note", orders);
  insert("order_items", "order_id, product_id, quantity, unit_price", items);
  insert("payments", "order_id, provider, amount, fee, is_captured, paid_at, due_on", payments);
}

process.stdout.write(shop);
changelog();
people();
sales(catalog());
