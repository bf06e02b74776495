using Silo.Tests.Support;

namespace Cluster.Tests.Processes;

public sealed class KilledSiloTests(PostgresServer database, AzuriteServer azure) : IDisposable
{
    private readonly Stores _stores = new(database, azure);

    public static TheoryData<string> All => Stores.All;

    public void Dispose() => _stores.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public async Task Silos_find_each_other_in_their_store_alone_and_when_one_is_killed_the_gateway_goes_on_with_the_others(string store)
    {
        await using var cluster = await ProcessCluster.Start(silos: 3, await _stores.New(store));
        var management = cluster.Client.GetGrain<IManagementGrain>(0);
        Assert.Equal(3, (await management.GetHosts(onlyActive: true)).Count);
        await cluster.UntilPoolHasItsNodes();
        var before = await cluster.Submit("before");
        await cluster.UntilSucceeded(before);

        var killed = await cluster.SiloOfPool();
        await killed.Kill();
        var after = await cluster.Submit("after");
        await cluster.UntilSucceeded(after);
        Assert.NotSame(killed, await cluster.SiloOfPool());
        Assert.All(cluster.Silos.Where(s => s != killed), s => Assert.False(s.HasExited, s.Output));
        Assert.False(cluster.Gateway.HasExited, cluster.Gateway.Output);

        // One that comes in its place joins the others, which have given the dead one up.
        killed.Start();
        await killed.UntilReady();
        await SchedulerCluster.Until(async () => (await management.GetHosts(onlyActive: true)).Count == 3, () => "three silos are active");
        var list = await cluster.Send(HttpMethod.Get, "jobs", null);
        Assert.Equal(new[] { before, after }.Order(), list!["value"]!.AsArray().Select(j => (string)j!["id"]!).Order());
    }
}
