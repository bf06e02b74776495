using Grains.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Silo;
using Silo.Clustering;
using Silo.Tests.Support;

namespace Cluster.Tests.Clustering;

public sealed class AzureMembershipTests(AzuriteServer server) : MembershipTableTests, IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task An_account_that_is_away_is_not_taken_for_a_silo_without_a_row()
    {
        await File.WriteAllTextAsync(_file, "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=eA==;BlobEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:1/a;");
        var table = Table(new AzureStoreOptions { ConnectionStringFile = _file }, "c");
        await Assert.ThrowsAsync<StorageException>(() => table.StatusOf(SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1), CancellationToken.None));
    }

    [Theory]
    [InlineData(RequestFault.Lost)]
    [InlineData(RequestFault.AnswerLost)]
    [InlineData(RequestFault.Late)]
    public async Task A_change_whose_request_or_answer_is_lost_is_made_once_and_said_to_be_made(RequestFault fault)
    {
        var transport = new FaultyTransport();
        var options = await Fresh();
        var table = Table(options, "c", transport);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        transport.Plan(1, fault);
        Assert.True(await table.InsertRow(Entry(1), (await table.ReadAll()).Version.Next()));
        Assert.True(transport.HasStruck);
        if (fault == RequestFault.Late)
        {
            await transport.Deliver(); // Refused: another stands there by now.
        }

        var read = await table.ReadAll();
        Assert.Equal((1, 1), (read.Version.Version, read.Members.Count));
        transport.Plan(1, fault);
        var (row, etag) = read.Members[0];
        row.AddSuspector(Address(2), DateTime.UnixEpoch);
        Assert.True(await table.UpdateRow(row, etag, read.Version.Next()));
        Assert.Equal(2, (await table.ReadAll()).Version.Version);
    }

    [Fact]
    public async Task A_change_that_was_refused_is_not_taken_for_one_whose_answer_was_lost()
    {
        var transport = new FaultyTransport();
        var options = await Fresh();
        var (table, other) = (Table(options, "c", transport), Table(options, "c"));
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        var old = (await table.ReadAll()).Version;
        Assert.True(await other.InsertRow(Entry(2), old.Next()));
        transport.Plan(1, RequestFault.AnswerLost);
        Assert.False(await table.InsertRow(Entry(1), old.Next()));
        Assert.True(transport.HasStruck);
        Assert.Equal(Address(2), Assert.Single((await table.ReadAll()).Members).Item1.SiloAddress);
    }

    [Fact]
    public async Task A_sign_of_life_of_a_silo_that_was_swept_away_writes_nothing()
    {
        await using var opened = await Open();
        await opened.Table.UpdateIAmAliveAsync(Entry(1), CancellationToken.None);
        Assert.Empty((await opened.Table.ReadAllAsync(CancellationToken.None)).Members);
    }

    private async Task<AzureStoreOptions> Fresh()
    {
        await server.Started();
        await File.WriteAllTextAsync(_file, server.ConnectionString);
        return new AzureStoreOptions { ConnectionStringFile = _file, Table = server.NewName() };
    }

    private protected override async Task<OpenTable> Open(OpenTable? beside = null, string cluster = "c")
    {
        await server.Started();
        await File.WriteAllTextAsync(_file, server.ConnectionString);
        var options = new AzureStoreOptions { ConnectionStringFile = _file, Table = beside?.Store ?? server.NewName() };
        var table = Table(options, cluster);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        return new OpenTable(table, options.Table);
    }

    private static AzureMembership Table(AzureStoreOptions options, string cluster, FaultyTransport? transport = null) =>
        new(options, cluster, TimeProvider.System, NullLogger<AzureMembership>.Instance, transport);
}
