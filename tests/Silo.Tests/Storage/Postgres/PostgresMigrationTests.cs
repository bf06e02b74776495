using Grains.Storage;
using Silo.Storage;
using Silo.Storage.Postgres;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Postgres;

/// <summary>The schema goes from version to version, once, whoever starts first, and keeps what is in it.</summary>
public sealed class PostgresMigrationTests(PostgresServer server)
{
    [Fact]
    public async Task Of_many_processes_that_start_at_once_on_an_empty_database_one_makes_the_schema()
    {
        await server.Started();
        await using var storage = new PostgresUnderTest(server);
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(storage.OpenAnother)));
        await Task.WhenAll(databases.Select((d, n) => new PostgresJournalStore(d).Append($"s{n}", 0, "a")));
        foreach (var database in databases)
            await database.DisposeAsync();

        Assert.Equal((long)PostgresSchema.Current, await server.Sql($"SELECT count(*) FROM {storage.Options.Schema}.schema_version"));
        Assert.Equal(8L, await server.Sql($"SELECT count(*) FROM {storage.Options.Schema}.journal_stream"));
    }

    [Fact]
    public async Task Each_version_is_brought_to_the_present_one_and_keeps_what_is_in_it()
    {
        await server.Started();
        for (var version = 1; version <= PostgresSchema.Current; version++)
        {
            await using var storage = new PostgresUnderTest(server);
            await Make(storage.Options.Schema, version);
            await storage.Open();

            Assert.Equal(["kept"], (await storage.Journals.Read("s")).Texts());
            await storage.Journals.Append("s", 1, "new");
            Assert.Equal(PostgresSchema.Current, await server.Sql($"SELECT max(version) FROM {storage.Options.Schema}.schema_version"));
            Assert.Equal((long)PostgresSchema.Current, await server.Sql($"SELECT count(*) FROM {storage.Options.Schema}.schema_version"));
        }
    }

    [Fact]
    public async Task Silos_that_run_are_not_disturbed_when_another_migrates()
    {
        await using var storage = await new PostgresUnderTest(server).Open();
        await storage.Journals.Append("s", 0, "a");
        await using var other = storage.OpenAnother();
        await storage.Journals.Append("s", 1, "b");

        Assert.Equal(["a", "b"], (await new PostgresJournalStore(other).Read("s")).Texts());
    }

    /// <summary>As a program of that version left it.</summary>
    private async Task Make(string schema, int version)
    {
        await server.Sql($"CREATE SCHEMA {schema}; CREATE TABLE {schema}.schema_version (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
        for (var step = 1; step <= version; step++)
            await server.Sql($"SET search_path = {schema}; {PostgresSchema.Step(step)}; INSERT INTO schema_version VALUES ({step})");
        await server.Sql($"SET search_path = {schema}; SELECT append_journal('s', 0, ARRAY['kept'::bytea])");
    }
}
