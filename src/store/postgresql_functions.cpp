// SPDX-License-Identifier: Apache-2.0
#include "store/postgresql_sql.hpp"

namespace longwave::store {

// store_next_id: ids count on from the greatest there is, as SQLite's do, also after rows that brought their
// own; two programs never get the same, for that is the sequence.
const std::string_view postgresql_functions = R"sql(
CREATE FUNCTION store_next_id(its_table text, its_column text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  counter regclass := (its_table || '_' || its_column || '_seq')::regclass;
  id bigint := nextval(counter);
  greatest_id bigint;
BEGIN
  EXECUTE format('SELECT max(%I) FROM %I', its_column, its_table) INTO greatest_id;
  IF greatest_id >= id THEN
    id := setval(counter, greatest_id + 1);
  END IF;
  RETURN id;
END $$;
CREATE FUNCTION max(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE greatest(a, b) END';
CREATE FUNCTION min(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE least(a, b) END';
CREATE FUNCTION substr(whole text, first bigint, length bigint) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT pg_catalog.substr(whole, first::int, length::int)';
CREATE FUNCTION store_add_condition(sum bigint, condition boolean) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT CASE WHEN condition IS NULL THEN sum ELSE coalesce(sum, 0) + condition::int END';
CREATE AGGREGATE sum(boolean) (SFUNC = store_add_condition, STYPE = bigint, PARALLEL = SAFE);
)sql";

}  // namespace longwave::store
