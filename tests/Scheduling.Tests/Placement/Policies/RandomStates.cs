using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement.Policies;

/// <summary>Random nodes and workers of a few sizes, so that equal states and ties are common.</summary>
internal static class RandomStates
{
    private static readonly string[] Models = ["T4", "G2", "A10", "V100"];
    private static readonly int[] Rests = [0, 0, 100, 190, 320, 460, 530, 1000, 1000, 1000];

    public static PlainState Node(Random random)
    {
        var left = Enumerable.Range(0, random.GetItems([1, 2, 4, 8], 1)[0]).Select(_ => random.GetItems(Rests, 1)[0]).ToArray();
        int[] kinds = left.All(l => l == 1000) ? [] : [.. Enumerable.Range(0, 3).Where(_ => random.Next(2) == 0).Select(k => k == 2 ? 4 : k)];
        return new PlainState(random.GetItems(Models, 1)[0], random.Next(0, 33) * 4000, random.Next(1, 9) * 32_768, left, kinds);
    }

    public static WorkerShape Pod(Random random)
    {
        var gpus = random.GetItems([0, 1, 1, 1, 1, 2, 4, 8], 1)[0];
        return new WorkerShape
        {
            CpuMilli = random.Next(1, 5) * 3000,
            MemoryMiB = random.Next(0, 4) * 16_384,
            Gpus = gpus,
            GpuMilli = gpus == 1 && random.Next(2) == 0 ? random.GetItems([100, 190, 320, 470, 810], 1)[0] : 1000,
            GpuModels = gpus > 0 && random.Next(4) == 0 ? [.. random.GetItems(Models, 2).Distinct()] : [],
        };
    }

    public static NodeFree Free(PlainState node)
    {
        ulong kinds = 0;
        foreach (var kind in node.Kinds) kinds |= 1UL << kind;
        return new NodeFree(node.Model, node.Cpu, node.Memory, Array.ConvertAll(node.Left, l => (short)l), kinds);
    }
}
