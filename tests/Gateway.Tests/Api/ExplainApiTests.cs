using Gateway.Tests.Support;
using Scheduling.Explain;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Tests.Api;

/// <summary>Why a job waits.</summary>
public sealed class ExplainApiTests(TestGateway gateway) : IClassFixture<TestGateway>
{
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
