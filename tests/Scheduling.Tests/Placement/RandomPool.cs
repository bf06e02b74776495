using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>
/// Random small pools and requests; everything follows from the seed. With <paramref name="extended"/>, nodes offer extended resources and workers ask for them;
/// all else is as it is without.
/// </summary>
internal sealed class RandomPool(Random random, Random? extended = null)
{
    private static readonly string[] Models = ["H100", "A100", "L4"];
    private static readonly Label Gold = new("tier", "gold");
    private static readonly Label Dedicated = new("dedicated", "ml");

    public IEnumerable<RackSpec> Racks()
    {
        var blocks = random.Next(1, 4);
        var uniform = random.Next(3) == 0;
        for (var block = 0; block < blocks; block++)
        {
            var racks = random.Next(1, 5);
            for (var rack = 0; rack < racks; rack++) yield return Rack($"b{block}", $"r{block}{rack}", uniform ? 6 : random.Next(1, 9), uniform);
        }
    }

    public RackSpec Rack(string block, string name, int nodes, bool uniform = false) => new()
    {
        Rack = new RackId($"pool/{name}"),
        Block = block,
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => Node($"{name}-{i}", uniform))],
    };

    public WorkerShape Shape()
    {
        var kind = random.Next(10);
        var gpus = kind switch { 0 => 0, 1 or 2 => 1, 3 => 2, 4 => 4, 5 => random.Next(1, 9), 6 => 3, _ => 8 };
        return new WorkerShape
        {
            Gpus = gpus,
            GpuMilli = kind == 1 ? random.Next(1, 20) * 50 : 1000,
            CpuMilli = random.Next(4) == 0 ? 0 : random.Next(1, 5) * 1000 * Math.Max(1, gpus),
            MemoryMiB = random.Next(3) == 0 ? 0 : random.Next(1, 6) * 1024 * Math.Max(1, gpus),
            GpuModels = random.Next(4) switch { 0 => [Models[random.Next(3)]], 1 => [Models[1], Models[0]], _ => [] },
            NodeSelector = random.Next(6) == 0 ? [Gold] : [],
            Tolerations = random.Next(3) == 0 ? [Dedicated] : [],
            Extended = extended is null ? [] : ExtendedResources.Sorted(
            [
                new("ephemeral-storage", extended.Next(3) == 0 ? extended.Next(1, 40) * 1024 : 0), new("rdma/hca", extended.Next(4) == 0 ? extended.Next(1, 4) : 0),
                new("never/offered", extended.Next(40) == 0 ? 1 : 0),
            ]),
        };
    }

    public GangRequest Request(int mostRoles = 1)
    {
        var roles = random.Next(1, mostRoles + 1);
        return new GangRequest
        {
            Roles = [.. Enumerable.Range(0, roles).Select(i => new RoleSpec { Name = $"role{i}", Count = random.Next(3) == 0 ? 1 : random.Next(1, 14), Shape = Shape() })],
            Topology = new TopologyRule { Required = (TopologyLevel)(random.Next(2) * random.Next(4)), Preferred = (TopologyLevel)random.Next(4) },
        };
    }

    private NodeSpec Node(string name, bool uniform)
    {
        var gpus = uniform ? 8 : random.Next(6) switch { 0 => 0, 1 => 4, 2 => random.Next(1, 11), _ => 8 };
        return new NodeSpec
        {
            Name = new NodeId(name),
            Gpus = gpus,
            GpuModel = gpus == 0 ? "" : Models[uniform ? 0 : random.Next(3)],
            CpuMilli = uniform ? 64_000 : random.Next(2, 9) * 8_000,
            MemoryMiB = uniform ? 131_072 : random.Next(2, 9) * 16_384,
            Labels = !uniform && random.Next(2) == 0 ? [Gold] : [],
            Taints = !uniform && random.Next(5) == 0 ? ImmutableArray.Create(Dedicated) : [],
            Extended = extended is null ? [] : ExtendedResources.Sorted(
            [
                new("ephemeral-storage", uniform ? 100_000 : extended.Next(8) == 0 ? 0 : extended.Next(1, 9) * 20_000), new("rdma/hca", uniform ? 8 : extended.Next(3) == 0 ? 0 : extended.Next(1, 9)),
                new("hugepages-2Mi", extended.Next(2) * 512),
            ]),
        };
    }
}
