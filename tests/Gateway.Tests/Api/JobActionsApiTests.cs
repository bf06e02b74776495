using System.Text.Json.Nodes;
using Gateway.Tests.Support;
using Scheduling.Jobs;

namespace Gateway.Tests.Api;

/// <summary>Cancel, suspend and resume.</summary>
public sealed class JobActionsApiTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    [Fact]
    public async Task A_cancelled_job_answers_as_it_then_stands()
    {
        var id = await gateway.Submit();

        var reply = await gateway.Post($"/api/v1/jobs/{id}:cancel", new JsonObject { ["reason"] = "typo in the config" });

        Assert.Equal((200, "Cancelled", "typo in the config", true), (reply.Status, reply.Body["phase"]!.GetValue<string>(), reply.Body["reason"]!.GetValue<string>(), reply.Body["ended"]!.GetValue<bool>()));
        Assert.Equal("\"2\"", reply.Headers["ETag"]);
    }

    [Fact]
    public async Task A_reason_may_be_left_out_with_the_whole_body()
    {
        var id = await gateway.Submit();

        Assert.Equal(200, (await gateway.Post($"/api/v1/jobs/{id}:suspend", (JsonNode?)null)).Status);
        Assert.Equal(200, (await gateway.Post($"/api/v1/jobs/{id}:resume", new JsonObject())).Status);
        Assert.Equal(JobPhase.Pending, gateway.Cluster.Jobs[id].View!.Phase);
    }

    [Fact]
    public async Task What_the_jobs_state_does_not_allow_is_409()
    {
        var id = await gateway.Submit();

        (await gateway.Post($"/api/v1/jobs/{id}:resume", (JsonNode?)null)).IsProblem(409, "Conflict");
    }

    [Theory]
    [InlineData("{\"reason\":7}", 400)]
    [InlineData("{\"why\":\"x\"}", 400)]
    [InlineData("[]", 400)]
    [InlineData("{\"reason\":\"a\\nb\"}", 422)]
    [InlineData("{\"reason\":\"a\\u001b[31mb\"}", 422)]
    public async Task A_bad_reason_is_refused(string body, int status)
    {
        var id = await gateway.Submit();

        foreach (var action in new[] { "cancel", "suspend", "resume" })
            (await gateway.Post($"/api/v1/jobs/{id}:{action}", body)).IsProblem(status, status == 400 ? "InvalidJson" : "ValidationFailed");
        Assert.Equal(JobPhase.Pending, gateway.Cluster.Jobs[id].View!.Phase);
    }

    [Fact]
    public async Task A_reason_has_at_most_512_characters()
    {
        var id = await gateway.Submit();

        var longer = await gateway.Post($"/api/v1/jobs/{id}:cancel", new JsonObject { ["reason"] = new string('x', 513) });
        var longest = await gateway.Post($"/api/v1/jobs/{id}:cancel", new JsonObject { ["reason"] = new string('x', 512) });

        Assert.Equal(["reason"], longer.IsProblem(422, "ValidationFailed").Keys);
        Assert.Equal(200, longest.Status);
    }

    [Fact]
    public async Task An_action_that_there_is_not_is_404()
    {
        var id = await gateway.Submit();

        (await gateway.Post($"/api/v1/jobs/{id}:explode", (JsonNode?)null)).IsProblem(404, "NotFound");
    }

    [Fact]
    public async Task A_lost_cancel_is_sent_again_and_a_lost_suspend_is_not()
    {
        await using var flaky = await TestGateway.Start();
        var id = await flaky.Submit();
        var cancels = 0;
        var suspends = 0;
        flaky.Cluster.Before = (_, _, method) => method switch
        {
            "Cancel" when Interlocked.Increment(ref cancels) == 1 => throw new TimeoutException(),
            "Suspend" when Interlocked.Increment(ref suspends) == 1 => throw new TimeoutException(),
            _ => Task.CompletedTask,
        };

        (await flaky.Post($"/api/v1/jobs/{id}:suspend", (JsonNode?)null)).IsProblem(503, "Unavailable");
        Assert.Equal(200, (await flaky.Post($"/api/v1/jobs/{id}:cancel", (JsonNode?)null)).Status);
        Assert.Equal((2, 1), (cancels, suspends));
    }
}
