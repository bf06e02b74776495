using Microsoft.Extensions.Logging.Abstractions;
using Silo;
using Silo.Clustering;
using Silo.Tests.Support;

namespace Cluster.Tests.Clustering;

/// <summary>What Orleans asks of a membership table, on a real database.</summary>
public sealed class PostgresMembershipTests(PostgresServer server)
{
    private static readonly DateTime Now = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task An_empty_table_has_version_0_and_no_rows()
    {
        await using var table = await Open();
        var all = await table.ReadAll();
        Assert.Empty(all.Members);
        Assert.Equal(0, all.Version.Version);
    }

    [Fact]
    public async Task A_row_comes_back_as_it_was_written()
    {
        await using var table = await Open();
        var entry = Entry(1);
        entry.AddSuspector(Address(2), Now);
        Assert.True(await table.InsertRow(entry, (await table.ReadAll()).Version.Next()));

        var read = await table.ReadRow(Address(1));
        var (back, _) = Assert.Single(read.Members);
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(
            (entry.SiloAddress, entry.Status, entry.SiloName, entry.HostName, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime),
            (back.SiloAddress, back.Status, back.SiloName, back.HostName, back.ProxyPort, back.StartTime, back.IAmAliveTime));
        Assert.Equal(Tuple.Create(Address(2), Now), Assert.Single(back.SuspectTimes!));
    }

    [Fact]
    public async Task A_change_by_who_read_an_older_table_is_refused()
    {
        await using var table = await Open();
        var old = (await table.ReadAll()).Version;
        Assert.True(await table.InsertRow(Entry(1), old.Next()));
        Assert.False(await table.InsertRow(Entry(2), old.Next()));
        Assert.Single((await table.ReadAll()).Members);
    }

    [Fact]
    public async Task A_row_that_is_there_is_not_inserted_again_and_the_version_stays()
    {
        await using var table = await Open();
        Assert.True(await table.InsertRow(Entry(1), (await table.ReadAll()).Version.Next()));
        Assert.False(await table.InsertRow(Entry(1), (await table.ReadAll()).Version.Next()));
        Assert.Equal(1, (await table.ReadAll()).Version.Version);
    }

    [Fact]
    public async Task Of_many_changes_at_once_one_is_made()
    {
        await using var table = await Open();
        Assert.True(await table.InsertRow(Entry(1), (await table.ReadAll()).Version.Next()));
        var read = await table.ReadRow(Address(1));
        var (row, etag) = read.Members[0];
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => table.UpdateRow(row, etag, read.Version.Next())));
        Assert.Single(made, true);
        Assert.Equal(2, (await table.ReadAll()).Version.Version);
        Assert.False(await table.UpdateRow(row, etag, (await table.ReadAll()).Version.Next()));
    }

    [Fact]
    public async Task A_sign_of_life_changes_neither_version_nor_etag()
    {
        await using var table = await Open();
        var entry = Entry(1);
        Assert.True(await table.InsertRow(entry, (await table.ReadAll()).Version.Next()));
        var before = await table.ReadRow(Address(1));
        entry.IAmAliveTime = Now.AddMinutes(1);
        await table.UpdateIAmAlive(entry);

        var after = await table.ReadRow(Address(1));
        Assert.Equal((before.Version, before.Members[0].Item2), (after.Version, after.Members[0].Item2));
        Assert.Equal(Now.AddMinutes(1), after.Members[0].Item1.IAmAliveTime);
        Assert.Equal(SiloStatus.Active, await table.StatusOf(Address(1), CancellationToken.None));
        Assert.Null(await table.StatusOf(Address(9), CancellationToken.None));
    }

    [Fact]
    public async Task Only_those_that_have_long_been_dead_are_swept_away()
    {
        await using var table = await Open();
        foreach (var (number, status) in new[] { (1, SiloStatus.Dead), (2, SiloStatus.Active) })
        {
            var entry = Entry(number);
            entry.Status = status;
            Assert.True(await table.InsertRow(entry, (await table.ReadAll()).Version.Next()));
        }

        await table.CleanupDefunctSiloEntries(Now.AddMinutes(-1));
        Assert.Equal(2, (await table.ReadAll()).Members.Count);
        await table.CleanupDefunctSiloEntries(Now.AddMinutes(1));
        Assert.Equal(Address(2), Assert.Single((await table.ReadAll()).Members).Item1.SiloAddress);
    }

    [Fact]
    public async Task Clusters_in_one_schema_do_not_see_each_other()
    {
        var schema = (await server.Started()).NewSchema();
        await using var one = await Open(schema, "one");
        await using var other = await Open(schema, "other");
        Assert.True(await one.InsertRow(Entry(1), (await one.ReadAll()).Version.Next()));
        Assert.Empty((await other.ReadAll()).Members);
        await one.DeleteMembershipTableEntries("one");
        Assert.Empty((await one.ReadAll()).Members);
    }

    private async Task<PostgresMembership> Open(string? schema = null, string cluster = "c")
    {
        await server.Started();
        var options = new PostgresOptions { ConnectionString = server.ConnectionString, Schema = schema ?? server.NewSchema() };
        var table = new PostgresMembership(options, cluster, NullLogger<PostgresMembership>.Instance);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        return table;
    }

    private static SiloAddress Address(int number) => SiloAddress.New(System.Net.IPAddress.Parse("10.0.0.1"), 11111, number);

    private static MembershipEntry Entry(int number) => new()
    {
        SiloAddress = Address(number), Status = SiloStatus.Active, SiloName = $"silo {number}", HostName = "host", ProxyPort = 30000, StartTime = Now, IAmAliveTime = Now,
    };
}
