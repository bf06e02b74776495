using Scheduling.Audit;
using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Audit;

/// <summary>I1 from nothing but what a rack shows.</summary>
public sealed class RackAuditTests
{
    private static RackAllocation On(string job, WorkerShape shape, params WorkerSlot[] workers) => new()
    {
        Attempt = Specs.Attempt(job), Committed = true, Plan = 1, Shapes = [shape], Workers = [.. workers],
    };

    private static WorkerShape Shape(long cpu = 0, long memory = 0, int gpus = 0, int milli = 1000) => new() { CpuMilli = cpu, MemoryMiB = memory, Gpus = gpus, GpuMilli = milli };

    private static (long Checks, IReadOnlyList<string> Broken) Check(params RackAllocation[] allocations) =>
        RackAudit.Check(Specs.Rack("r", nodes: 2, gpus: 4, allocations: [.. allocations]));

    [Fact]
    public void A_rack_that_gives_all_it_has_and_no_more_is_whole()
    {
        var (checks, broken) = Check(
            On("a", Shape(cpu: 96_000, memory: 400_000, gpus: 4), new WorkerSlot(0, 0, 0, 0xF, 1000)),
            On("b", Shape(gpus: 1, milli: 400), new WorkerSlot(0, 0, 1, 8, 400)), On("c", Shape(gpus: 1, milli: 600), new WorkerSlot(0, 0, 1, 8, 600)));
        Assert.Empty(broken);
        Assert.Equal(3 + (2 * (2 + 4)), checks); // Each worker; of each node CPU, memory and four GPUs.
    }

    public static TheoryData<string, RackAllocation> TooMuch => new()
    {
        { "CPU", On("b", Shape(cpu: 95_001), new WorkerSlot(0, 0, 1, 0, 0)) },
        { "memory", On("b", Shape(memory: 399_001), new WorkerSlot(0, 0, 1, 0, 0)) },
        { "a GPU", On("b", Shape(gpus: 1), new WorkerSlot(0, 0, 1, 2, 1000)) },
        { "a part of a GPU", On("b", Shape(gpus: 2), new WorkerSlot(0, 0, 1, 0b110, 1)) },
    };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void What_is_given_twice_is_found_on_its_node(string what, RackAllocation more)
    {
        var (_, broken) = Check(On("a", Shape(cpu: 1000, memory: 1000, gpus: 1), new WorkerSlot(0, 0, 1, 2, 1000)), more);
        Assert.Contains("node r-n1 of p/r has more allocated", Assert.Single(broken), StringComparison.Ordinal);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 4)]
    [InlineData(1, 63)]
    public void A_worker_on_a_node_or_GPU_that_is_not_there_is_found_and_the_rest_is_still_looked_at(int slot, int gpu)
    {
        var (checks, broken) = Check(
            On("a", Shape(cpu: 1_000_000, gpus: 1), new WorkerSlot(0, 0, slot, 1UL << gpu, 1000), new WorkerSlot(0, 1, 0, 1, 1000)));
        Assert.Equal(["I1: a/1 is on slot " + slot + " of p/r, on a node or GPU that is not there", "I1: node r-n0 of p/r has more allocated than it offers"], broken);
        Assert.Equal(2 + 12, checks);
    }

    [Fact]
    public void The_last_GPU_of_the_last_node_is_there() => Assert.Empty(Check(On("a", Shape(gpus: 1), new WorkerSlot(0, 0, 1, 8, 1000))).Broken);
}
