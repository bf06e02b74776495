using System.Text.Json.Nodes;
using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Grains;
using Grains.WhatIf;
using Scheduling.Model;
using Scheduling.WhatIf;

namespace Gateway.Tests.Api;

/// <summary>Questions of "what if".</summary>
public sealed class WhatIfApiTests : IAsyncLifetime
{
    private const string Address = "/api/v1/pools/main/what-if";
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TestGateway _gateway = new(new FakeCluster("main"));

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Every_kind_of_change_reaches_the_grain_and_the_answer_comes_back()
    {
        _gateway.Cluster.WhatIf.Answer = new WhatIfAnswer { Outcome = Outcome.Done, Report = Report() };
        var body = JsonNode.Parse("""
            { "changes": [
                { "quota": { "path": "default/blue", "percent": -20 } },
                { "quota": { "path": "default/blue", "limit": { "gpu": 8000 } } },
                { "addNodes": { "count": 40, "like": "n1" } },
                { "takeNodes": { "names": ["r1"], "remove": true } },
                { "job": { "spec": { "name": "train", "roles": [ { "name": "worker", "count": 2, "cpuMilli": 1000, "memoryMiB": 1024, "gpus": 8 } ] }, "runsForSeconds": 60 } },
                { "priority": { "job": "j1", "priority": 500 } },
                { "policy": { "order": "fifo" } } ],
              "overSeconds": 3600 }
            """)!;
        var reply = await _gateway.Post(Address, body);

        Assert.Equal(200, reply.Status);
        var asked = _gateway.Cluster.WhatIf.Asked!;
        Assert.Equal((new PoolId("main"), TimeSpan.FromHours(1), false), (asked.Pool, asked.Over!.Value, asked.ArrivalsAsBefore));
        Assert.Equal(
            ["QuotaPercent", "QuotaAmounts", "AddNodes", "TakeNodes", "SubmitJob", "SetPriority", "UsePolicy"], asked.Changes.Select(c => c.GetType().Name));
        var job = Assert.IsType<WhatIfChange.SubmitJob>(asked.Changes[4]);
        Assert.Equal(("default/local/local", 16_000L, TimeSpan.FromMinutes(1)), (job.Spec.Quota.Value, job.Spec.TotalGpuMilli, job.RunsFor!.Value));
        Assert.Equal((10.0, 20.0, 0.5), (reply.Body["before"]!["meanWaitSeconds"]!.GetValue<double>(), reply.Body["after"]!["meanWaitSeconds"]!.GetValue<double>(), reply.Body["after"]!["goodput"]!.GetValue<double>()));
        Assert.Equal(("default/blue", 7, 90.0), (reply.Body["teams"]![0]!["team"]!.GetValue<string>(), reply.Body["jobsChanged"]!.GetValue<int>(), reply.Body["newJobs"]![0]!["waitSeconds"]!.GetValue<double>()));
        Assert.Equal("red/ann", reply.Body["newJobs"]![0]!["evicts"]![0]!["owner"]!.GetValue<string>());
    }

    [Fact]
    public async Task Nothing_said_asks_what_is_to_be_expected_for_a_day()
    {
        _gateway.Cluster.WhatIf.Answer = new WhatIfAnswer { Outcome = Outcome.Done, Report = Report() };
        Assert.Equal(200, (await _gateway.Post(Address, new JsonObject())).Status);

        Assert.Equal((0, (TimeSpan?)null, TimeSpan.FromDays(1)), (_gateway.Cluster.WhatIf.Asked!.Changes.Length, _gateway.Cluster.WhatIf.Asked.Over, _gateway.Cluster.WhatIf.Asked.Horizon));
    }

    [Theory]
    [InlineData("{\"changes\":{}}")]
    [InlineData("{\"over\":\"24h\"}")]
    [InlineData("{\"changes\":[{\"addNodes\":{\"count\":1.5}}]}")]
    [InlineData("[]")]
    public async Task A_body_of_another_shape_is_400(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        (await _gateway.Send(HttpMethod.Post, Address, content)).IsProblem(400, "InvalidJson");
    }

    [Theory]
    [InlineData("{\"changes\":[{}]}", "changes[0]")]
    [InlineData("{\"changes\":[null]}", "changes[0]")]
    [InlineData("{\"changes\":[{\"addNodes\":{\"count\":1},\"policy\":{\"order\":\"fifo\"}}]}", "changes[0]")]
    [InlineData("{\"changes\":[{\"quota\":{\"percent\":5}}]}", "changes[0].quota.path")]
    [InlineData("{\"changes\":[{\"quota\":{\"path\":\"a//b\",\"percent\":5}}]}", "changes[0].quota.path")]
    [InlineData("{\"changes\":[{\"quota\":{\"path\":\"a/b\",\"percent\":-101}}]}", "changes[0].quota.percent")]
    [InlineData("{\"changes\":[{\"quota\":{\"path\":\"a/b\"}}]}", "changes[0].quota.percent")]
    [InlineData("{\"changes\":[{\"quota\":{\"path\":\"a/b\",\"limit\":{\"tpu\":1}}}]}", "changes[0].quota.limit")]
    [InlineData("{\"changes\":[{\"addNodes\":{}}]}", "changes[0].addNodes.count")]
    [InlineData("{\"changes\":[{\"addNodes\":{\"count\":0}}]}", "changes[0].addNodes.count")]
    [InlineData("{\"changes\":[{\"takeNodes\":{\"names\":[]}}]}", "changes[0].takeNodes.names")]
    [InlineData("{\"changes\":[{\"job\":{}}]}", "changes[0].job.spec")]
    [InlineData("{\"changes\":[{\"job\":{\"spec\":{\"name\":\"x\"}}}]}", "changes[0].job.spec.roles")]
    [InlineData("{\"changes\":[{\"priority\":{\"priority\":5}}]}", "changes[0].priority.job")]
    [InlineData("{\"changes\":[{\"priority\":{\"job\":\"j\",\"priority\":1001}}]}", "changes[0].priority.priority")]
    [InlineData("{\"changes\":[{\"policy\":{}}]}", "changes[0].policy")]
    [InlineData("{\"overSeconds\":0}", "overSeconds")]
    [InlineData("{\"overSeconds\":60,\"horizonSeconds\":60}", "horizonSeconds")]
    [InlineData("{\"overSeconds\":60,\"arrivalsAsBefore\":true}", "arrivalsAsBefore")]
    public async Task A_question_that_breaks_a_rule_is_422_by_field_and_not_asked(string body, string field)
    {
        var reply = await _gateway.Post(Address, JsonNode.Parse(body)!);

        Assert.Equal([field], reply.IsProblem(422, "ValidationFailed").Keys);
        Assert.Null(_gateway.Cluster.WhatIf.Asked);
    }

    [Fact]
    public async Task What_the_pool_cannot_change_is_422_by_field_too()
    {
        _gateway.Cluster.WhatIf.Answer = new WhatIfAnswer { Outcome = Outcome.Invalid, Problems = [new WhatIfProblem { Change = 1, Member = "Names", Rule = "there is no node x" }] };

        Assert.Equal(["changes[1].takeNodes.names"], (await _gateway.Post(Address, new JsonObject())).IsProblem(422, "ValidationFailed").Keys);
    }

    [Theory]
    [InlineData(Outcome.Forbidden, 403, "Forbidden")]
    [InlineData(Outcome.NotFound, 404, "NotFound")]
    [InlineData(Outcome.LimitReached, 409, "Conflict")]
    public async Task Other_refusals_say_what_they_are(Outcome outcome, int status, string code)
    {
        _gateway.Cluster.WhatIf.Answer = WhatIfAnswer.Of(outcome, "no");
        (await _gateway.Post(Address, new JsonObject())).IsProblem(status, code);
    }

    [Fact]
    public async Task A_pool_that_there_is_not_is_404() =>
        (await _gateway.Post("/api/v1/pools/other/what-if", new JsonObject())).IsProblem(404, "NotFound");

    [Fact]
    public void Those_who_do_not_operate_get_their_own_job_and_no_figures()
    {
        var result = Gateway.Api.WhatIfMapper.ToContract(Report(), isOperator: false);

        Assert.Equal((null, null, null, null, null), (result.Before, result.After, result.Teams, result.Jobs, result.JobsChanged));
        Assert.Single(result.NewJobs);
    }

    [Fact]
    public async Task A_computation_that_was_cut_says_how_far_it_came_of_what_was_asked()
    {
        _gateway.Cluster.WhatIf.Answer = new WhatIfAnswer { Outcome = Outcome.Done, Report = Report() with { CutAt = Noon.AddHours(1), AskedUntil = Noon.AddHours(24) } };
        var reply = await _gateway.Post(Address, new JsonObject());

        Assert.Equal(
            (Noon.AddHours(1), Noon.AddHours(1), Noon.AddHours(24)),
            (reply.Body["until"]!.GetValue<DateTimeOffset>(), reply.Body["cutAt"]!.GetValue<DateTimeOffset>(), reply.Body["askedUntil"]!.GetValue<DateTimeOffset>()));

        // A silo of before this was said does not say it.
        Assert.Null(Gateway.Api.WhatIfMapper.ToContract(Report(), isOperator: true).AskedUntil);
    }

    private static WhatIfReport Report() => new()
    {
        From = Noon, Until = Noon.AddHours(1), Before = Figures(10), After = Figures(20), JobsChanged = 7, Pace = 5,
        Teams = [new WhatIfTeam { Team = new QuotaPath("default/blue"), Before = Figures(1), After = Figures(2) }],
        Jobs = [new WhatIfJobChange { Job = new JobId("j1"), Name = "a", Quota = new QuotaPath("default/blue/u"), GpuMilli = 8000, StartBefore = Noon, StartAfter = null, LaterBy = 3600 }],
        NewJobs =
        [
            new WhatIfNewJob
            {
                Change = 4, Tenant = new TenantId("local"), StartsAt = Noon.AddSeconds(90), Nodes = [new NodeId("n1")], NodeCount = 1, EvictedCount = 1,
                Evicts = [new WhatIfVictim(new JobId("j9"), new TenantId("red"), "ann", 8000)],
            },
        ],
    };

    private static WhatIfFigures Figures(double mean) => new()
    {
        Waits = new WhatIfWaits(mean, 1, 2, 3), Goodput = 0.5, Occupancy = 0.6, Evictions = 1, Jobs = 2, Started = 2, Ended = 2, Waiting = 0, LostGpuSeconds = 3600, CapacityGpuSeconds = 7200,
    };
}
