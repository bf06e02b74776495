using Silo.Clustering;

namespace Cluster.Tests.Clustering;

/// <summary>What Orleans asks of a membership table, and the gateways' list.</summary>
public abstract class MembershipTableTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly DateTime Now = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task An_empty_table_has_version_0_and_no_rows()
    {
        await using var opened = await Open();
        var table = opened.Table;
        var all = await table.ReadAllAsync(Token);
        Assert.Empty(all.Members);
        Assert.Equal(0, all.Version.Version);
    }

    [Fact]
    public async Task A_row_comes_back_as_it_was_written()
    {
        await using var opened = await Open();
        var table = opened.Table;
        var entry = Entry(1);
        entry.AddSuspector(Address(2), Now);
        Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Token)).Version.Next(), Token));

        var read = await table.ReadRowAsync(Address(1), Token);
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
        await using var opened = await Open();
        var table = opened.Table;
        var old = (await table.ReadAllAsync(Token)).Version;
        Assert.True(await table.InsertRowAsync(Entry(1), old.Next(), Token));
        Assert.False(await table.InsertRowAsync(Entry(2), old.Next(), Token));
        Assert.Single((await table.ReadAllAsync(Token)).Members);
    }

    [Fact]
    public async Task A_row_that_is_there_is_not_inserted_again_and_the_version_stays()
    {
        await using var opened = await Open();
        var table = opened.Table;
        Assert.True(await table.InsertRowAsync(Entry(1), (await table.ReadAllAsync(Token)).Version.Next(), Token));
        Assert.False(await table.InsertRowAsync(Entry(1), (await table.ReadAllAsync(Token)).Version.Next(), Token));
        Assert.Equal(1, (await table.ReadAllAsync(Token)).Version.Version);
    }

    [Fact]
    public async Task Of_many_changes_at_once_one_is_made()
    {
        await using var opened = await Open();
        var table = opened.Table;
        Assert.True(await table.InsertRowAsync(Entry(1), (await table.ReadAllAsync(Token)).Version.Next(), Token));
        var read = await table.ReadRowAsync(Address(1), Token);
        var (row, etag) = read.Members[0];
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => table.UpdateRowAsync(row, etag, read.Version.Next(), Token)));
        Assert.Single(made, true);
        Assert.Equal(2, (await table.ReadAllAsync(Token)).Version.Version);
        Assert.False(await table.UpdateRowAsync(row, etag, (await table.ReadAllAsync(Token)).Version.Next(), Token));
    }

    [Fact]
    public async Task A_sign_of_life_changes_neither_version_nor_etag()
    {
        await using var opened = await Open();
        var table = opened.Table;
        var entry = Entry(1);
        Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Token)).Version.Next(), Token));
        var before = await table.ReadRowAsync(Address(1), Token);
        entry.IAmAliveTime = Now.AddMinutes(1);
        await table.UpdateIAmAliveAsync(entry, Token);

        var after = await table.ReadRowAsync(Address(1), Token);
        Assert.Equal((before.Version, before.Members[0].Item2), (after.Version, after.Members[0].Item2));
        Assert.Equal(Now.AddMinutes(1), after.Members[0].Item1.IAmAliveTime);
        Assert.Equal(SiloStatus.Active, await table.StatusOf(Address(1), Token));
        Assert.Null(await table.StatusOf(Address(9), Token));
    }

    [Fact]
    public async Task Only_those_that_have_long_been_dead_are_swept_away()
    {
        await using var opened = await Open();
        var table = opened.Table;
        foreach (var (number, status) in new[] { (1, SiloStatus.Dead), (2, SiloStatus.Active) })
        {
            var entry = Entry(number);
            entry.Status = status;
            Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Token)).Version.Next(), Token));
        }

        await table.CleanupDefunctSiloEntriesAsync(Now.AddMinutes(-1), Token);
        Assert.Equal(2, (await table.ReadAllAsync(Token)).Members.Count);
        await table.CleanupDefunctSiloEntriesAsync(Now.AddMinutes(1), Token);
        Assert.Equal(Address(2), Assert.Single((await table.ReadAllAsync(Token)).Members).Item1.SiloAddress);
    }

    [Fact]
    public async Task A_vote_against_a_silo_is_read_by_the_others()
    {
        await using var opened = await Open();
        var table = opened.Table;
        Assert.True(await table.InsertRowAsync(Entry(1), (await table.ReadAllAsync(Token)).Version.Next(), Token));
        var read = await table.ReadRowAsync(Address(1), Token);
        var (row, etag) = read.Members[0];
        row.AddSuspector(Address(2), Now);
        Assert.True(await table.UpdateRowAsync(row, etag, read.Version.Next(), Token));
        var after = await table.ReadRowAsync(Address(1), Token);
        Assert.NotEqual(etag, after.Members[0].Item2);
        Assert.Equal(Tuple.Create(Address(2), Now), Assert.Single(after.Members[0].Item1.SuspectTimes!));
    }

    [Fact]
    public async Task Gateways_find_the_silos_that_are_active_and_listen_to_gateways()
    {
        await using var opened = await Open();
        var table = opened.Table;
        foreach (var (number, status, port) in new[] { (1, SiloStatus.Active, 30000), (2, SiloStatus.Joining, 30000), (3, SiloStatus.Dead, 30000), (4, SiloStatus.Active, 0) })
        {
            var entry = Entry(number);
            (entry.Status, entry.ProxyPort) = (status, port);
            Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync(Token)).Version.Next(), Token));
        }

        var list = new SiloGatewayList(table, Microsoft.Extensions.Options.Options.Create(new Silo.SiloOptions()));
        await list.InitializeGatewayListProvider();
        Assert.Equal(30000, Assert.Single(await list.GetGateways()).Port);
    }

    [Fact]
    public async Task Clusters_in_one_store_do_not_see_each_other()
    {
        await using var one = await Open();
        await using var other = await Open(beside: one, cluster: "other");
        Assert.True(await one.Table.InsertRowAsync(Entry(1), (await one.Table.ReadAllAsync(Token)).Version.Next(), Token));
        Assert.Empty((await other.Table.ReadAllAsync(Token)).Members);
        await one.Table.DeleteMembershipTableEntriesAsync("c", Token);
        Assert.Empty((await one.Table.ReadAllAsync(Token)).Members);
    }

    [Fact]
    public async Task Whoever_reads_while_silos_join_sees_just_those_that_the_version_says()
    {
        const int Silos = 12;
        await using var opened = await Open();
        var table = opened.Table;
        var joining = Task.WhenAll(Enumerable.Range(1, Silos).Select(async number =>
        {
            while (!await table.InsertRowAsync(Entry(number), (await table.ReadAllAsync(Token)).Version.Next(), Token))
            {
                // Another was first: with what is now there, again.
            }
        }));
        MembershipTableData seen;
        do
        {
            seen = await table.ReadAllAsync(Token);
            Assert.Equal(seen.Version.Version, seen.Members.Count);
        }
        while (!joining.IsCompleted || seen.Members.Count < Silos);
        await joining;
        Assert.Equal(Silos, (await table.ReadAllAsync(Token)).Version.Version);
    }

    private protected abstract Task<OpenTable> Open(OpenTable? beside = null, string cluster = "c");

    private protected sealed record OpenTable(ISiloTable Table, string Store) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Table is IAsyncDisposable table ? table.DisposeAsync() : ValueTask.CompletedTask;
    }

    private protected static SiloAddress Address(int number) => SiloAddress.New(System.Net.IPAddress.Parse("10.0.0.1"), 11111, number);

    private protected static MembershipEntry Entry(int number) => new()
    {
        SiloAddress = Address(number), Status = SiloStatus.Active, SiloName = $"silo {number}", HostName = "host", ProxyPort = 30000, StartTime = Now, IAmAliveTime = Now,
    };
}
