using Azure.Tests.Stub;
using Gateway.Backends;
using Scheduling.Model;

namespace Azure.Tests.Scenarios;

/// <summary>The machines that have become nodes.</summary>
internal sealed class StubNodes(ArmStub arm, params StubSet[] sets) : INodeSource
{
    public string Name => "stub";

    public Task<ClusterInventory> Read(CancellationToken cancellationToken) => Task.FromResult(arm.Under(() => new ClusterInventory
    {
        Racks =
        [
            .. sets.Select(s => new RackSpec
            {
                Rack = RackId.Of(new PoolId("gpu"), s.Name),
                Block = s.Name,
                Nodes = [.. s.Machines.Where(m => m.HasJoined).Select(m => new NodeSpec { Name = new NodeId(m.ComputerName), CpuMilli = 96_000, MemoryMiB = 1_900_000, Gpus = 8, GpuModel = "H100" })],
            }),
        ],
    }));
}
