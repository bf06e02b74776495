using System.Text.Json.Nodes;
using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Tests.Api;

/// <summary>When, after what, how often, how many, and who goes first.</summary>
public sealed class JobRulesApiTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    private const string Jobs = "/api/v1/jobs";

    [Theory]
    [InlineData("priorityClass", """{ "priorityClass": "urgent" }""")]
    [InlineData("priorityClass", """{ "priorityClass": "low", "priority": 7 }""")]
    [InlineData("deadline", """{ "deadline": "2020-01-01T00:00:00Z" }""")]
    [InlineData("minRuntimeSeconds", """{ "minRuntimeSeconds": -1 }""")]
    [InlineData("dependsOn[0].job", """{ "dependsOn": [ { "condition": "ended" } ] }""")]
    [InlineData("dependsOn[0].job", """{ "dependsOn": [ null ] }""")]
    [InlineData("dependsOn[0].job", """{ "dependsOn": [ { "job": "../x" } ] }""")]
    [InlineData("dependsOn[0].job", """{ "dependsOn": [ { "job": "j-that-is-not-there" } ] }""")]
    [InlineData("dependsOn[0].condition", """{ "dependsOn": [ { "job": "j-1", "condition": "happy" } ] }""")]
    [InlineData("dependsOn[1]", """{ "dependsOn": [ { "job": "j-1" }, { "job": "j-1", "condition": "succeeded" } ] }""")]
    [InlineData("dependsOn[1].condition", """{ "dependsOn": [ { "job": "j-1" }, { "job": "j-1", "condition": "failed" } ] }""")]
    [InlineData("retry.limits[0].class", """{ "retry": { "limits": [ { "class": "cosmic", "retries": 1 } ] } }""")]
    [InlineData("retry.limits[1].class", """{ "retry": { "limits": [ { "class": "setup", "retries": 1 }, { "class": "setup", "retries": 2 } ] } }""")]
    [InlineData("retry.limits[0].retries", """{ "retry": { "limits": [ { "class": "setup", "retries": 101 } ] } }""")]
    [InlineData("retry.limits[0].retries", """{ "retry": { "limits": [ { "class": "setup" } ] } }""")]
    [InlineData("retry.budget", """{ "retry": { "budget": 101 } }""")]
    [InlineData("retry.backOffSeconds", """{ "retry": { "backOffSeconds": -1 } }""")]
    [InlineData("retry.backOffSeconds", """{ "retry": { "backOffSeconds": 60, "maxBackOffSeconds": 30 } }""")]
    [InlineData("checkpoint.intervalSeconds", """{ "checkpoint": { "intervalSeconds": 9 } }""")]
    [InlineData("checkpoint.graceSeconds", """{ "checkpoint": { "graceSeconds": 3601 } }""")]
    [InlineData("array.count", """{ "array": { } }""")]
    [InlineData("array.count", """{ "array": { "count": 0 } }""")]
    [InlineData("array.count", """{ "array": { "count": 100001 } }""")]
    [InlineData("array.maxParallel", """{ "array": { "count": 5, "maxParallel": 1001 } }""")]
    [InlineData("service.replicas", """{ "service": { "replicas": 0 } }""")]
    [InlineData("service", """{ "service": { "replicas": 1 }, "array": { "count": 1 } }""")]
    [InlineData("spread", """{ "spread": { "level": "rack" } }""")]
    [InlineData("spread.level", """{ "spread": { "level": "none" }, "service": { "replicas": 1 } }""")]
    public async Task What_cannot_be_is_refused_by_its_field(string field, string change)
    {
        var before = gateway.Cluster.Jobs.Values.Count(j => j.View is not null);
        var reply = await gateway.Post(Jobs, Bodies.Job(b => Merge(b, change)));
        Assert.Equal([field], reply.IsProblem(422, "ValidationFailed").Keys);
        Assert.Equal(before, gateway.Cluster.Jobs.Values.Count(j => j.View is not null));
    }

    [Theory]
    [InlineData("roles[0].maxCount", """{ "maxCount": 3 }""")]
    [InlineData("roles[0].maxCount", """{ "maxCount": 100001 }""")]
    [InlineData("roles[0].maxCount", """{ "maxCount": 7, "slices": { "size": 2, "level": "rack" } }""")]
    [InlineData("roles[0].slices.size", """{ "slices": { "size": 3, "level": "rack" } }""")]
    [InlineData("roles[0].slices.size", """{ "slices": { "level": "rack" } }""")]
    [InlineData("roles[0].slices.level", """{ "slices": { "size": 2 } }""")]
    [InlineData("roles[0].antiAffinity.level", """{ "antiAffinity": { "level": "planet" } }""")]
    [InlineData("roles[0].antiAffinity.maxPerDomain", """{ "antiAffinity": { "level": "rack", "maxPerDomain": 0 } }""")]
    [InlineData("roles[0].antiAffinity", """{ "slices": { "size": 4, "level": "rack" }, "antiAffinity": { "level": "rack", "maxPerDomain": 2 } }""")]
    public async Task What_a_role_cannot_be_is_refused_by_its_field(string field, string change)
    {
        var reply = await gateway.Post(Jobs, Bodies.Job(b => Merge(b["roles"]![0]!, change)));
        Assert.Equal([field], reply.IsProblem(422, "ValidationFailed").Keys);
    }

    [Fact]
    public async Task Two_elastic_roles_are_one_too_many()
    {
        var reply = await gateway.Post(Jobs, Bodies.Job(b =>
        {
            b["roles"]![0]!["maxCount"] = 8;
            var second = Bodies.Role("second");
            second["maxCount"] = 2;
            b["roles"]!.AsArray().Add(second);
        }));
        Assert.Equal(["roles"], reply.IsProblem(422, "ValidationFailed").Keys);
    }

    [Fact]
    public async Task A_deadline_sooner_than_the_time_limit_cannot_be_met()
    {
        var soon = DateTimeOffset.UtcNow.AddMinutes(10).ToString("O");
        var reply = await gateway.Post(Jobs, Bodies.Job(b => (b["deadline"], b["timeLimitSeconds"]) = (soon, 3600)));
        Assert.Equal(["deadline"], reply.IsProblem(422, "ValidationFailed").Keys);
        Assert.Equal(201, (await gateway.Post(Jobs, Bodies.Job(b => (b["deadline"], b["timeLimitSeconds"]) = (soon, 60)))).Status);
    }

    [Fact]
    public async Task Everything_that_was_said_reaches_the_job_and_is_shown()
    {
        var other = await gateway.Submit();
        var id = await gateway.Submit(b =>
        {
            Merge(b, $$"""
                { "priorityClass": "low", "deadline": "2099-01-01T02:00:00+02:00", "dependsOn": [ { "job": "{{other}}", "condition": "started" } ],
                  "retry": { "limits": [ { "class": "outOfMemory", "retries": 1 } ], "backOffSeconds": 10, "budget": 4 },
                  "checkpoint": { "intervalSeconds": 600 }, "minRuntimeSeconds": 300, "array": { "count": 50 }, "spread": { "level": "rack", "required": true } }
                """);
            Merge(b["roles"]![0]!, """{ "maxCount": 8, "slices": { "size": 2, "level": "rack" }, "antiAffinity": { "level": "node" } }""");
        });

        var spec = gateway.Cluster.Jobs[id].Submitted!.Spec;
        Assert.Equal((100, "low", false), (spec.Priority, spec.PriorityClass, spec.MayPreempt));
        Assert.Equal(new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero), spec.Deadline);
        Assert.Equal(new JobDependency(new JobId(other), DependencyCondition.Started), Assert.Single(spec.DependsOn));
        Assert.Equal((new RetryLimit(FailureClass.OutOfMemory, 1), TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), 4), (spec.Retry!.Limits[0], spec.Retry.BackOff, spec.Retry.MaxBackOff, spec.Retry.Budget));
        Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30)), (spec.Checkpoint!.Interval, spec.Checkpoint.Grace));
        Assert.Equal(new SetRule { Kind = OriginKind.Task, Count = 50, MaxParallel = 100 }, spec.Set);
        Assert.Equal(new SpreadRule { Level = TopologyLevel.Rack, Required = true }, spec.Spread);
        Assert.Equal((8, 2, TopologyLevel.Rack, 1), (spec.Roles[0].MaxCount, spec.Roles[0].Slices!.Size, spec.Roles[0].Slices!.Level, spec.Roles[0].AntiAffinity!.MaxPerDomain));

        var shown = (await gateway.Get($"{Jobs}/{id}")).Body;
        Assert.Equal("low", shown["priorityClass"]!.GetValue<string>());
        Assert.Equal("started", shown["dependsOn"]![0]!["condition"]!.GetValue<string>());
        Assert.Equal("outOfMemory", shown["retry"]!["limits"]![0]!["class"]!.GetValue<string>());
        Assert.Equal((50, 100), (shown["array"]!["count"]!.GetValue<int>(), shown["array"]!["maxParallel"]!.GetValue<int>()));
        Assert.Equal((8, 8), (shown["maxWorkers"]!.GetValue<int>(), shown["roles"]![0]!["maxCount"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_job_cannot_wait_for_itself()
    {
        var key = ("Idempotency-Key", "itself");
        var id = (await gateway.Post(Jobs, Bodies.Job(), headers: key)).Body["id"]!.GetValue<string>();
        gateway.Cluster.Jobs.TryRemove(id, out _);
        var reply = await gateway.Post(Jobs, Bodies.Job(b => Merge(b, $$"""{ "dependsOn": [ { "job": "{{id}}" } ] }""")), headers: key);
        Assert.Equal(["dependsOn[0].job"], reply.IsProblem(422, "ValidationFailed").Keys);
    }

    [Fact]
    public async Task A_repeated_request_is_the_same_job_in_whatever_order_it_names_the_others()
    {
        var (a, b) = (await gateway.Submit(), await gateway.Submit());
        var key = ("Idempotency-Key", "order");
        var first = await gateway.Post(Jobs, Bodies.Job(x => Merge(x, $$"""{ "dependsOn": [ { "job": "{{a}}" }, { "job": "{{b}}" } ] }""")), headers: key);
        var again = await gateway.Post(Jobs, Bodies.Job(x => Merge(x, $$"""{ "dependsOn": [ { "job": "{{b}}", "condition": "succeeded" }, { "job": "{{a}}" } ] }""")), headers: key);
        Assert.Equal((201, 200), (first.Status, again.Status));
    }

    [Fact]
    public async Task Configured_classes_take_the_place_of_the_usual_ones()
    {
        await using var own = await TestGateway.Start(settings: [("PriorityClasses:batch:Value", "20"), ("PriorityClasses:batch:MayPreempt", "false")]);
        Assert.Equal(20, own.Cluster.Jobs[await own.Submit(b => b["priorityClass"] = "batch")].Submitted!.Spec.Priority);
        var rule = Assert.Single((await own.Post(Jobs, Bodies.Job(b => b["priorityClass"] = "low"))).IsProblem(422, "ValidationFailed")["priorityClass"]);
        Assert.Contains("batch (20)", rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_class_that_makes_no_sense_stops_the_start()
    {
        var error = await Assert.ThrowsAsync<Gateway.Hosting.ConfigurationException>(() => TestGateway.Start(settings: [("PriorityClasses:Big One:Value", "2000")]));
        Assert.Equal(2, error.Faults.Count);
    }

    [Fact]
    public async Task Parts_are_found_by_their_parent_and_can_be_left_out()
    {
        await using var own = await TestGateway.Start();
        var set = await own.Submit();
        var spec = own.Cluster.Jobs[set].Submitted!.Spec with { Origin = new JobOrigin { Set = new JobId(set), Kind = OriginKind.Task, Index = 0 } };
        own.Cluster.Index.Add($"{set}-0", spec);

        Assert.Equal([$"{set}-0"], Listed(await own.Get($"{Jobs}?parent={set}")));
        Assert.Equal([set], Listed(await own.Get($"{Jobs}?parent=none")));
        Assert.Equal(2, Listed(await own.Get(Jobs)).Length);
        (await own.Get($"{Jobs}?parent=a/b")).IsProblem(400, "InvalidParameter");
    }

    [Fact]
    public async Task A_service_is_scaled_and_nothing_else_is()
    {
        var service = await gateway.Submit(b => Merge(b, """{ "service": { "replicas": 2 } }"""));
        var reply = await Put(service, """{ "replicas": 0 }""");
        Assert.Equal((200, 0), (reply.Status, reply.Body["service"]!["replicas"]!.GetValue<int>()));
        (await Put(await gateway.Submit(), """{ "replicas": 1 }""")).IsProblem(409, "Conflict");
        (await Put("j-none", """{ "replicas": 1 }""")).IsProblem(404, "NotFound");
        Assert.Equal(["replicas"], (await Put(service, "{}")).IsProblem(422, "ValidationFailed").Keys);
        Assert.Equal(["replicas"], (await Put(service, """{ "replicas": 1001 }""")).IsProblem(422, "ValidationFailed").Keys);
        (await Put(service, """{ "replica": 1 }""")).IsProblem(400, "InvalidJson");
    }

    [Fact]
    public async Task A_job_outside_the_queue_is_explained_without_its_pool()
    {
        await using var own = await TestGateway.Start();
        var id = await own.Submit();
        var job = own.Cluster.Jobs[id];
        job.Show(v => v with { Unmet = [new JobDependency(new JobId("j-other"), DependencyCondition.Ended)] });
        var waits = (await own.Get($"{Jobs}/{id}/explain")).Body;
        Assert.Equal(("Dependency", "It waits for j-other (ended)."), (waits["reason"]!.GetValue<string>(), waits["message"]!.GetValue<string>()));

        job.Show(v => v with { Unmet = [], RetryAt = new DateTimeOffset(2099, 1, 2, 3, 4, 5, TimeSpan.Zero), Reason = "exit 1" });
        var backsOff = (await own.Get($"{Jobs}/{id}/explain")).Body;
        Assert.Equal(("BackOff", "BackOff until 2099-01-02T03:04:05Z: exit 1"), (backsOff["reason"]!.GetValue<string>(), backsOff["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task How_parts_stand_is_shown()
    {
        var id = await gateway.Submit(b => b["roles"]![0]!["maxCount"] = 6);
        gateway.Cluster.Jobs[id].Show(v => v with
        {
            Phase = JobPhase.Running,
            Parts = new SetProgress { Mode = SetMode.Run, Total = 2, Running = 1, Pending = 1 },
            Preemption = new JobPreemption { Preemptor = new AttemptId(new JobId("j-secret"), 1), AskedAt = default, StopAt = default, Reason = "owed" },
        });
        var shown = await gateway.Get($"{Jobs}/{id}");
        Assert.Equal((5, 6, 1), (shown.Body["workersNow"]!.GetValue<int>(), shown.Body["maxWorkers"]!.GetValue<int>(), shown.Body["parts"]!["running"]!.GetValue<int>()));
        Assert.Equal("owed", shown.Body["preemption"]!["reason"]!.GetValue<string>());
        Assert.DoesNotContain("j-secret", shown.Text, StringComparison.Ordinal);
    }

    private Task<Reply> Put(string id, string body) => gateway.Put($"{Jobs}/{id}/replicas", JsonNode.Parse(body)!);

    private static string[] Listed(Reply reply) => [.. reply.Body["value"]!.AsArray().Select(j => j!["id"]!.GetValue<string>())];

    private static void Merge(JsonNode into, string change)
    {
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
            into[name] = value?.DeepClone();
    }
}
