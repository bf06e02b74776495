using Azure.Tests.Stub;
using Gateway.Backends;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Azure.Tests.Scenarios;

/// <summary>The machines that have become nodes, by set and in racks of so many, as their labels would say.</summary>
internal sealed class StubNodes(ArmStub arm, int rackSize, params StubSet[] sets) : INodeSource
{
    public string Name => "stub";

    /// <summary>What is said of a machine's preflight; null: none is asked for.</summary>
    public Func<StubMachine, NodePreflight>? Preflight { get; set; }

    public Task<ClusterInventory> Read(CancellationToken cancellationToken) => Task.FromResult(arm.Under(() => new ClusterInventory
    {
        Racks = [.. sets.SelectMany(RacksOf)], Facts = sets.SelectMany(s => s.Machines.Select(m => (s, m))).Where(x => x.m.HasJoined).ToDictionary(x => new NodeId(x.m.ComputerName), x => FactsOf(x.s, x.m)),
    }));

    private NodeFacts FactsOf(StubSet set, StubMachine machine) => new()
    {
        ProviderId = $"azure://{set.Url}/virtualMachines/{machine.Id}", Boot = "b", NeedsPreflight = Preflight is not null, Preflight = Preflight?.Invoke(machine) ?? NodePreflight.NotAsked,
    };

    private IEnumerable<RackSpec> RacksOf(StubSet set) => set.Machines.Where(m => m.HasJoined).GroupBy(m => m.Number / rackSize).OrderBy(g => g.Key).Select(g => new RackSpec
    {
        Rack = RackId.Of(new PoolId("gpu"), $"{set.Name}-{g.Key}"),
        Block = set.Name,
        Nodes = [.. g.Select(m => new NodeSpec { Name = new NodeId(m.ComputerName), CpuMilli = 96_000, MemoryMiB = 1_900_000, Gpus = 8, GpuModel = "H100" })],
    });
}
