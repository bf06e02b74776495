namespace Silo.Storage.Postgres;

/// <summary>What silos and gateways agree on in the database: who is a member, and who leads.</summary>
internal static class PostgresClusterSchema
{
    public const string Step =
        """
        -- Every change of the membership raises the version by one. Times are UTC ticks of 100 ns.
        CREATE TABLE cluster (id text COLLATE "C" PRIMARY KEY, version int NOT NULL);
        CREATE TABLE cluster_member (
            cluster text COLLATE "C" NOT NULL, silo text COLLATE "C" NOT NULL, status int NOT NULL, name text NOT NULL, host text NOT NULL,
            gateway_port int NOT NULL, suspects text NOT NULL, started_at bigint NOT NULL, alive_at bigint NOT NULL, etag bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (cluster, silo)) WITH (fillfactor = 50);

        -- False: the membership has changed since the caller read it. SC002: its row has.
        CREATE FUNCTION put_member(
            p_cluster text, p_expected int, p_version int, p_etag bigint, p_silo text, p_status int, p_name text, p_host text, p_gateway_port int,
            p_suspects text, p_started_at bigint, p_alive_at bigint)
        RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE cluster SET version = p_version WHERE id = p_cluster AND version = p_expected;
            IF NOT FOUND THEN
                RETURN false;
            END IF;
            IF p_etag IS NULL THEN
                INSERT INTO cluster_member (cluster, silo, status, name, host, gateway_port, suspects, started_at, alive_at)
                VALUES (p_cluster, p_silo, p_status, p_name, p_host, p_gateway_port, p_suspects, p_started_at, p_alive_at) ON CONFLICT DO NOTHING;
            ELSE
                UPDATE cluster_member SET status = p_status, name = p_name, host = p_host, gateway_port = p_gateway_port, suspects = p_suspects,
                    started_at = p_started_at, alive_at = p_alive_at, etag = etag + 1
                WHERE cluster = p_cluster AND silo = p_silo AND etag = p_etag;
            END IF;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the row of % has changed', p_silo USING ERRCODE = 'SC002';
            END IF;
            RETURN true;
        END $$;

        -- Who leads what. A holder renews within its term; whoever takes it writes a higher epoch, and effects outside are refused to lower ones.
        CREATE TABLE lease (
            name text COLLATE "C" PRIMARY KEY, holder text NOT NULL, epoch bigint NOT NULL, duration bigint NOT NULL, renewed_at bigint NOT NULL,
            version bigint NOT NULL);
        """;

    /// <summary>When a lease was made, by the database's clock: epochs of one that somebody deleted go on from there.</summary>
    public const string LeaseBirth =
        """
        ALTER TABLE lease ADD COLUMN born_at bigint NOT NULL DEFAULT 621355968000000000 + (extract(epoch FROM clock_timestamp()) * 10000000)::bigint;
        """;
}
