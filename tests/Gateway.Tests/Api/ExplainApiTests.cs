using Gateway.Tests.Support;
using Scheduling.Explain;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Preemption;

namespace Gateway.Tests.Api;

/// <summary>Why a job waits.</summary>
public sealed class ExplainApiTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_waiting_job_is_explained_by_its_pool()
    {
        var id = await gateway.Submit();
        gateway.Cluster.Pools["main"].Explanation = new JobExplanation
        {
            Job = new JobId(id), Reason = PendingReason.Resources, Message = "2 of 4 workers fit now", Position = 3, QueueLength = 9, NodesEvaluated = 16,
            Filtered = [new FilteredNodeCount("gpus", 14)], WorkersNeeded = 4, WorkersThatFitNow = 2,
            Quota = new QuotaShortage { Path = new QuotaPath("default/blue"), Resource = "gpu", Limit = 8000, Used = 7000, Asked = 2000 },
            Ahead =
            [
                new JobAhead { Job = new JobId("j-mine"), Owner = "local/ann", Priority = 5, GpuMilli = 8000 },
                new JobAhead { Job = new JobId("j-theirs"), Owner = "", Priority = 9, GpuMilli = 16_000 },
            ],
            Suggestions = [new Suggestion { Change = "ask for 2 workers", Effect = "starts now" }],
            EffectivePriority = 350,
            StartEstimate = new StartEstimate { P50 = s_noon, P90 = s_noon.AddHours(2) },
            Promise = new ClaimView { Kind = ClaimKind.Reserve, StartAt = s_noon.AddHours(1), Nodes = [new NodeId("n-1"), new NodeId("n-2")] },
            Blockers =
            [
                new Blocker { Job = new JobId("j-long"), Owner = "local/ann", Why = "runs on nodes that are promised to it", EndsAt = s_noon.AddHours(1), GpuMilli = 4000 },
                new Blocker { Job = new JobId("j-hidden"), Owner = "", Why = "runs on nodes that are promised to it", GpuMilli = 2000 },
            ],
        };

        var reply = await gateway.Get($"/api/v1/jobs/{id}/explain");

        Assert.Equal(200, reply.Status);
        var body = reply.Body;
        Assert.Equal(("Resources", 3, 9, "Pending"), (body["reason"]!.GetValue<string>(), body["position"]!.GetValue<int>(), body["queueLength"]!.GetValue<int>(), body["phase"]!.GetValue<string>()));
        Assert.Equal(("gpus", 14), (body["filtered"]![0]!["constraint"]!.GetValue<string>(), body["filtered"]![0]!["nodes"]!.GetValue<int>()));
        Assert.Equal(8000, body["quota"]!["limit"]!.GetValue<long>());
        Assert.Equal("starts now", body["suggestions"]![0]!["effect"]!.GetValue<string>());
        Assert.Equal("j-mine", body["ahead"]![0]!["job"]!.GetValue<string>());
        Assert.Null(body["ahead"]![1]!["job"]);
        Assert.DoesNotContain("j-theirs", reply.Text, StringComparison.Ordinal);
        Assert.Equal((350, s_noon, s_noon.AddHours(2)), (body["effectivePriority"]!.GetValue<int>(), body["startEstimate"]!["p50"]!.GetValue<DateTimeOffset>(), body["startEstimate"]!["p90"]!.GetValue<DateTimeOffset>()));
        Assert.Equal(("Reservation", s_noon.AddHours(1)), (body["promise"]!["kind"]!.GetValue<string>(), body["promise"]!["startAt"]!.GetValue<DateTimeOffset>()));
        Assert.Equal(["n-1", "n-2"], body["promise"]!["nodes"]!.AsArray().Select(n => n!.GetValue<string>()));
        Assert.Equal(("j-long", "local/ann", 4000, s_noon.AddHours(1)), (body["blockers"]![0]!["job"]!.GetValue<string>(), body["blockers"]![0]!["owner"]!.GetValue<string>(), body["blockers"]![0]!["gpuMilli"]!.GetValue<int>(), body["blockers"]![0]!["endsAt"]!.GetValue<DateTimeOffset>()));
        Assert.Equal((null, null, null), (body["blockers"]![1]!["job"], body["blockers"]![1]!["owner"], body["blockers"]![1]!["endsAt"]));
        Assert.DoesNotContain("j-hidden", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_can_say_is_left_out()
    {
        var id = await gateway.Submit();
        gateway.Cluster.Pools["main"].Explanation = new JobExplanation
        {
            Job = new JobId(id), Reason = PendingReason.Resources, Message = "2 of 4 workers fit now", QueueLength = 1, WorkersNeeded = 4,
            Promise = new ClaimView { Kind = ClaimKind.Evict, StartAt = s_noon },
            StartEstimate = new StartEstimate { P50 = s_noon },
        };

        var body = (await gateway.Get($"/api/v1/jobs/{id}/explain")).Body;

        Assert.Equal("Eviction", body["promise"]!["kind"]!.GetValue<string>());
        Assert.Empty(body["promise"]!["nodes"]!.AsArray());
        Assert.Equal((null, null, null), (body["startEstimate"]!["p90"], body["blockers"], body["effectivePriority"]));
    }

    [Theory]
    [InlineData(JobPhase.Pending, "PendingEvaluation")]
    [InlineData(JobPhase.Suspended, "Suspended")]
    [InlineData(JobPhase.Running, "Running")]
    [InlineData(JobPhase.Succeeded, "Succeeded")]
    public async Task A_job_that_its_pool_cannot_explain_still_says_where_it_is(JobPhase phase, string reason)
    {
        await using var fresh = await TestGateway.Start();
        var id = await fresh.Submit();
        fresh.Cluster.Jobs[id].Become(phase, phase.ToString());

        var reply = await fresh.Get($"/api/v1/jobs/{id}/explain");

        Assert.Equal(reason, reply.Body["reason"]!.GetValue<string>());
        Assert.NotEmpty(reply.Body["message"]!.GetValue<string>());
        Assert.Null(reply.Body["position"]);
    }

    [Fact]
    public async Task A_job_that_there_is_not_is_404() =>
        (await gateway.Get("/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa/explain")).IsProblem(404, "NotFound");
}
