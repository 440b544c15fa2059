"""The tables of a vault in PostgreSQL, and the function that each call of a store is.

In a schema of their own, named after this version. Each statement in a function sees
what was committed before it began, so whoever has locked the head sees the whole log.
Times are the server's, read after any wait.
"""

TABLES = """
CREATE SCHEMA piimask_1;

CREATE TABLE piimask_1.heads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant bytea NOT NULL, session bytea NOT NULL,
    epoch text NOT NULL, life text NOT NULL, minted bigint NOT NULL,
    mark bytea NOT NULL, state bytea NOT NULL, data_key bytea NOT NULL,
    key_id text NOT NULL, wrapped bytea NOT NULL, region text NOT NULL,
    created float8 NOT NULL, used float8 NOT NULL,
    UNIQUE (tenant, session)
);

CREATE TABLE piimask_1.log (
    head bigint NOT NULL REFERENCES piimask_1.heads, serial bigint NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (head, serial)
);

CREATE FUNCTION piimask_1.now() RETURNS float8 LANGUAGE sql AS
    'SELECT extract(epoch FROM clock_timestamp())::float8';

CREATE FUNCTION piimask_1.is_over(h piimask_1.heads, ttl float8, max_age float8)
RETURNS boolean LANGUAGE sql AS $$
    SELECT h.data_key <> '' AND (piimask_1.now() - h.used > ttl
        OR piimask_1.now() - h.created > max_age)
$$;

-- The next life after one: lives are numbered, in eight hexadecimal digits.
CREATE FUNCTION piimask_1.next(life text, random text) RETURNS text LANGUAGE sql AS $$
    SELECT lpad(to_hex(('x' || left(life, 8))::bit(32)::bigint + 1), 8, '0') || random
$$;

-- Drop all rows and the data key, begin another life; how many rows there were.
CREATE FUNCTION piimask_1.drop_rows(at bigint, random text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
    t float8 := piimask_1.now();
BEGIN
    DELETE FROM piimask_1.log WHERE head = at;
    GET DIAGNOSTICS n = ROW_COUNT;
    UPDATE piimask_1.heads SET life = piimask_1.next(life, random), mark = '',
        data_key = '', created = t, used = t WHERE id = at;
    RETURN n;
END $$;

-- The head, locked; forgotten first if its time is over. No field where there is none.
CREATE FUNCTION piimask_1.locked(
    t bytea, s bytea, ttl float8, max_age float8, random text
) RETURNS piimask_1.heads LANGUAGE plpgsql AS $$
DECLARE
    h piimask_1.heads;
BEGIN
    SELECT * INTO h FROM piimask_1.heads
        WHERE tenant = t AND session = s FOR UPDATE;
    IF piimask_1.is_over(h, ttl, max_age) THEN
        PERFORM piimask_1.drop_rows(h.id, random);
        SELECT * INTO h FROM piimask_1.heads WHERE id = h.id;
    END IF;
    RETURN h;
END $$;

CREATE FUNCTION piimask_1.open(
    t bytea, s bytea, ttl float8, max_age float8, random text,
    epoch text, life text, minted bigint, mark bytea, state bytea, data_key bytea,
    key_id text, wrapped bytea, region text
) RETURNS SETOF piimask_1.heads LANGUAGE plpgsql AS $$
DECLARE
    h piimask_1.heads;
    n float8;
BEGIN
    SELECT * INTO h FROM piimask_1.heads WHERE tenant = t AND session = s;
    IF h.id IS NULL THEN
        IF epoch IS NULL THEN
            RETURN;
        END IF;
        n := piimask_1.now();
        INSERT INTO piimask_1.heads VALUES (DEFAULT, t, s, epoch, life, minted, mark,
            state, data_key, key_id, wrapped, region, n, n) ON CONFLICT DO NOTHING;
    ELSIF NOT piimask_1.is_over(h, ttl, max_age) THEN
        RETURN NEXT h;
        RETURN;
    END IF;
    RETURN NEXT piimask_1.locked(t, s, ttl, max_age, random);
END $$;

CREATE FUNCTION piimask_1.append(
    t bytea, s bytea, ttl float8, max_age float8, random text,
    at_epoch text, at_life text, at_minted bigint, at_mark bytea, at_serial bigint,
    is_new boolean, new_minted bigint, new_mark bytea, new_state bytea,
    new_key bytea, new_age float8, other_life text, serials bigint[], seals bytea[],
    OUT done boolean, OUT h piimask_1.heads, OUT log_serials bigint[],
    OUT log_seals bytea[]
) LANGUAGE plpgsql AS $$
DECLARE
    n float8 := piimask_1.now();
BEGIN
    SELECT * INTO h FROM piimask_1.heads WHERE tenant = t AND session = s;
    done := (h.epoch, h.life, h.minted, h.mark)
        IS NOT DISTINCT FROM (at_epoch, at_life, at_minted, at_mark);
    IF h.id IS NULL OR done AND NOT is_new AND n - h.used < least(1, ttl / 100)
        AND NOT piimask_1.is_over(h, ttl, max_age) THEN
        RETURN;
    END IF;
    h := piimask_1.locked(t, s, ttl, max_age, random);
    n := piimask_1.now();
    IF n - h.used >= least(1, ttl / 100) THEN
        UPDATE piimask_1.heads SET used = n WHERE id = h.id;
    END IF;
    done := (h.epoch, h.life, h.minted, h.mark)
        IS NOT DISTINCT FROM (at_epoch, at_life, at_minted, at_mark);
    IF NOT done THEN
        SELECT array_agg(serial ORDER BY serial), array_agg(sealed ORDER BY serial)
            INTO log_serials, log_seals FROM piimask_1.log
            WHERE head = h.id AND (h.life <> at_life OR serial >= at_serial);
    ELSIF is_new THEN
        IF other_life <> '' THEN
            DELETE FROM piimask_1.log WHERE head = h.id;
        END IF;
        INSERT INTO piimask_1.log SELECT h.id, * FROM unnest(serials, seals);
        UPDATE piimask_1.heads SET
            life = CASE other_life WHEN '' THEN life ELSE other_life END,
            minted = new_minted, mark = new_mark, state = new_state,
            data_key = CASE new_key WHEN '' THEN data_key ELSE new_key END,
            created = least(CASE new_key WHEN '' THEN created ELSE n END,
                n - nullif(new_age, 0))
            WHERE id = h.id RETURNING * INTO h;
    END IF;
END $$;

CREATE FUNCTION piimask_1.forget(
    t bytea, s bytea, ttl float8, max_age float8, random text
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    h piimask_1.heads := piimask_1.locked(t, s, ttl, max_age, random);
BEGIN
    RETURN CASE WHEN h.id IS NULL THEN NULL
        ELSE piimask_1.drop_rows(h.id, random) END;
END $$;
"""
