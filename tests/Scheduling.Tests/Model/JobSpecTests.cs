using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Model;

public sealed class JobSpecTests
{
    [Fact]
    public void A_job_is_as_large_as_all_its_workers_together()
    {
        var job = Specs.Job() with { Roles = [Role(3, 8, 1000), Role(2, 1, 250), Role(1, 0, 1000)] };
        Assert.Equal(6, job.TotalWorkers);
        Assert.Equal(24_500, job.TotalGpuMilli);
    }

    [Fact]
    public void A_job_may_preempt_unless_it_says_otherwise() => Assert.True(Specs.Job().MayPreempt);

    [Fact]
    public void A_placement_has_the_workers_of_all_its_racks()
    {
        static RackSlice Slice(string rack, int workers) => new() { Rack = new RackId(rack), Workers = [.. Enumerable.Range(0, workers).Select(i => new WorkerSlot(0, i, i, 1, 1000))] };
        Assert.Equal(5, new GangPlacement { Racks = [Slice("p/a", 2), Slice("p/b", 3)] }.TotalWorkers);
    }

    [Fact]
    public void The_first_role_that_may_grow_is_the_elastic_one()
    {
        var (fixedRole, full, growing, other) = (Role(2, 1, 1000), Role(2, 1, 1000) with { MaxCount = 2 }, Role(2, 1, 1000) with { MaxCount = 3 }, Role(1, 1, 1000) with { MaxCount = 9 });
        Assert.Same(growing, (Specs.Job() with { Roles = [fixedRole, full, growing, other] }).ElasticRole);
        Assert.Null((Specs.Job() with { Roles = [fixedRole, full] }).ElasticRole);
    }

    [Fact]
    public void Only_the_workers_that_an_elastic_job_has_beyond_its_minimum_are_opportunistic()
    {
        Assert.False(Specs.Job().IsOpportunistic);
        Assert.False(Of(OriginKind.Task).IsOpportunistic);
        Assert.False(Of(OriginKind.Replica).IsOpportunistic);
        Assert.True(Of(OriginKind.Extension).IsOpportunistic);

        static JobSpec Of(OriginKind kind) => Specs.Job() with { Origin = new JobOrigin { Set = new JobId("set"), Kind = kind, Index = 0 } };
    }

    [Fact]
    public void A_worker_takes_a_part_of_a_GPU_only_when_it_asks_for_one_and_less_than_all_of_it()
    {
        Assert.True(Role(1, 1, 999).Shape.IsFractional);
        Assert.False(Role(1, 1, 1000).Shape.IsFractional);
        Assert.False(Role(1, 0, 500).Shape.IsFractional);
        Assert.False(Role(1, 2, 500).Shape.IsFractional);
    }

    [Fact]
    public void Who_names_no_model_gets_whole_GPUs_of_any()
    {
        var any = Role(1, 1, 1000).Shape;
        Assert.True(GpuModelNames.Accepts(any, "A100-80GB"));
        Assert.False(GpuModelNames.Accepts(any, "A100-80GB/1g.10gb"));
        Assert.True(GpuModelNames.Accepts(any with { Gpus = 0 }, "A100-80GB/1g.10gb"));
        Assert.True(GpuModelNames.Accepts(any with { GpuModels = ["H100", "A100-80GB/1g.10gb"] }, "A100-80GB/1g.10gb"));
        Assert.False(GpuModelNames.Accepts(any with { GpuModels = ["H100", "A100-80GB/1g.10gb"] }, "A100-80GB"));
    }

    private static RoleSpec Role(int count, int gpus, int milli) =>
        new() { Name = "r", Count = count, Shape = new WorkerShape { CpuMilli = 1, MemoryMiB = 1, Gpus = gpus, GpuMilli = milli } };
}
