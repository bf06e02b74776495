using System.Text.Json.Nodes;
using Gateway.Tests.Support;

namespace Gateway.Tests.Api;

/// <summary>Every rule of a submission, each broken alone: 422, naming the field, and nothing reaches a grain.</summary>
public sealed class SubmitRulesTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    private static readonly Dictionary<string, (string Field, Action<JsonNode> Break)> s_broken = new(StringComparer.Ordinal)
    {
        ["no name"] = ("name", b => b.AsObject().Remove("name")),
        ["null name"] = ("name", b => b["name"] = null),
        ["empty name"] = ("name", b => b["name"] = ""),
        ["name in upper case"] = ("name", b => b["name"] = "Train"),
        ["name with a space"] = ("name", b => b["name"] = "a b"),
        ["name with a slash"] = ("name", b => b["name"] = "a/b"),
        ["name with a line break"] = ("name", b => b["name"] = "a\nb"),
        ["name starting with -"] = ("name", b => b["name"] = "-a"),
        ["name ending with ."] = ("name", b => b["name"] = "a."),
        ["name of 254 characters"] = ("name", b => b["name"] = new string('a', 254)),
        ["name that is not ASCII"] = ("name", b => b["name"] = "zürich"),
        ["tenant that is no name"] = ("tenant", b => b["tenant"] = "../other"),
        ["empty tenant"] = ("tenant", b => b["tenant"] = ""),
        ["tenant of 64 characters"] = ("tenant", b => b["tenant"] = new string('a', 64)),
        ["pool that is no name"] = ("pool", b => b["pool"] = "a/b"),
        ["pool that there is not"] = ("pool", b => b["pool"] = "nowhere"),
        ["quota of one level"] = ("quota", b => b["quota"] = "default"),
        ["quota of four levels"] = ("quota", b => b["quota"] = "default/local/local/x"),
        ["quota with an empty level"] = ("quota", b => b["quota"] = "default//local"),
        ["quota that climbs"] = ("quota", b => b["quota"] = "../local/local"),
        ["quota under another team"] = ("quota", b => b["quota"] = "default/other"),
        ["empty quota"] = ("quota", b => b["quota"] = ""),
        ["priority below 0"] = ("priority", b => b["priority"] = -1),
        ["priority above 1000"] = ("priority", b => b["priority"] = 1001),
        ["priority beyond an int"] = ("priority", b => b["priority"] = 4_294_967_296),
        ["runForSeconds of 0"] = ("runForSeconds", b => b["runForSeconds"] = 0),
        ["runForSeconds below 0"] = ("runForSeconds", b => b["runForSeconds"] = -5),
        ["runForSeconds of more than 365 days"] = ("runForSeconds", b => b["runForSeconds"] = 31_536_001),
        ["timeLimitSeconds of 0"] = ("timeLimitSeconds", b => b["timeLimitSeconds"] = 0),
        ["timeLimitSeconds that overflows a TimeSpan"] = ("timeLimitSeconds", b => b["timeLimitSeconds"] = long.MaxValue),
        ["maxRetries below 0"] = ("maxRetries", b => b["maxRetries"] = -1),
        ["maxRetries above 100"] = ("maxRetries", b => b["maxRetries"] = 101),
        ["unknown required topology"] = ("topology.required", b => b["topology"] = new JsonObject { ["required"] = "galaxy" }),
        ["topology in upper case"] = ("topology.preferred", b => b["topology"] = new JsonObject { ["preferred"] = "Rack" }),
        ["no roles"] = ("roles", b => b.AsObject().Remove("roles")),
        ["null roles"] = ("roles", b => b["roles"] = null),
        ["empty roles"] = ("roles", b => b["roles"] = new JsonArray()),
        ["17 roles"] = ("roles", b => b["roles"] = new JsonArray([.. Enumerable.Range(0, 17).Select(i => Bodies.Role($"r{i}"))])),
        ["a null role"] = ("roles[0]", b => b["roles"] = new JsonArray((JsonNode?)null)),
        ["two roles of one name"] = ("roles[1].name", b => b["roles"] = new JsonArray(Bodies.Role("a"), Bodies.Role("a"))),
        ["role without a name"] = ("roles[0].name", b => b["roles"]![0]!.AsObject().Remove("name")),
        ["role name in upper case"] = ("roles[0].name", b => b["roles"]![0]!["name"] = "Worker"),
        ["role name of 64 characters"] = ("roles[0].name", b => b["roles"]![0]!["name"] = new string('a', 64)),
        ["no count"] = ("roles[0].count", b => b["roles"]![0]!.AsObject().Remove("count")),
        ["count of 0"] = ("roles[0].count", b => b["roles"]![0]!["count"] = 0),
        ["negative count"] = ("roles[0].count", b => b["roles"]![0]!["count"] = -4),
        ["a thousand million workers"] = ("roles[0].count", b => b["roles"]![0]!["count"] = 1_000_000_000),
        ["100,001 workers in one role"] = ("roles[0].count", b => b["roles"]![0]!["count"] = 100_001),
        ["100,001 workers in two roles"] = ("roles", b => b["roles"] = new JsonArray(Counted("a", 50_001), Counted("b", 50_000))),
        ["an extended resource without a domain"] = ("roles[0].extendedResources", b => Named(b, "fpga", 1)),
        ["CPU by name"] = ("roles[0].extendedResources", b => Named(b, "cpu", 1)),
        ["GPUs by name"] = ("roles[0].extendedResources", b => Named(b, "nvidia.com/gpu", 1)),
        ["huge pages of no size"] = ("roles[0].extendedResources", b => Named(b, "hugepages-big", "1Gi")),
        ["17 extended resources"] = ("roles[0].extendedResources", b => b["roles"]![0]!["extendedResources"] = new JsonObject(Enumerable.Range(0, 17).Select(i => KeyValuePair.Create($"x/r{i}", (JsonNode?)1)))),
        ["an extended resource of 0"] = ("roles[0].extendedResources.rdma/hca", b => Named(b, "rdma/hca", 0)),
        ["a part of a device"] = ("roles[0].extendedResources.rdma/hca", b => Named(b, "rdma/hca", "500m")),
        ["a negative extended resource"] = ("roles[0].extendedResources.ephemeral-storage", b => Named(b, "ephemeral-storage", "-1Gi")),
        ["an amount that is none"] = ("roles[0].extendedResources.ephemeral-storage", b => Named(b, "ephemeral-storage", "a lot")),
        ["more devices than there can be"] = ("roles[0].extendedResources.rdma/hca", b => Named(b, "rdma/hca", long.MaxValue)),
        ["half a huge page"] = ("roles[0].extendedResources.hugepages-2Mi", b => Named(b, "hugepages-2Mi", "3Mi")),
        ["a device twice"] = ("roles[0].extendedResources.rdma/hca", b => Twice(b, "rdma/hca")),
        ["no cpuMilli"] = ("roles[0].cpuMilli", b => b["roles"]![0]!.AsObject().Remove("cpuMilli")),
        ["negative cpuMilli"] = ("roles[0].cpuMilli", b => b["roles"]![0]!["cpuMilli"] = -1),
        ["cpuMilli above 10^9"] = ("roles[0].cpuMilli", b => b["roles"]![0]!["cpuMilli"] = 1_000_000_001),
        ["negative memoryMiB"] = ("roles[0].memoryMiB", b => b["roles"]![0]!["memoryMiB"] = -1),
        ["memoryMiB above 10^9"] = ("roles[0].memoryMiB", b => b["roles"]![0]!["memoryMiB"] = 1_000_000_001),
        ["no memoryMiB"] = ("roles[0].memoryMiB", b => b["roles"]![0]!.AsObject().Remove("memoryMiB")),
        ["no gpus"] = ("roles[0].gpus", b => b["roles"]![0]!.AsObject().Remove("gpus")),
        ["negative gpus"] = ("roles[0].gpus", b => b["roles"]![0]!["gpus"] = -8),
        ["65 gpus"] = ("roles[0].gpus", b => b["roles"]![0]!["gpus"] = 65),
        ["gpus that overflow in thousandths"] = ("roles[0].gpus", b => b["roles"]![0]!["gpus"] = long.MaxValue / 500),
        ["gpuMilli of 0"] = ("roles[0].gpuMilli", b => Gpu(b, 1, 0)),
        ["negative gpuMilli"] = ("roles[0].gpuMilli", b => Gpu(b, 1, -500)),
        ["gpuMilli of 1001"] = ("roles[0].gpuMilli", b => Gpu(b, 1, 1001)),
        ["half of each of two gpus"] = ("roles[0].gpuMilli", b => Gpu(b, 2, 500)),
        ["half of no gpu"] = ("roles[0].gpuMilli", b => Gpu(b, 0, 500)),
        ["33 models"] = ("roles[0].gpuModels", b => b["roles"]![0]!["gpuModels"] = new JsonArray([.. Enumerable.Range(0, 33).Select(i => (JsonNode)$"m{i}")])),
        ["an empty model"] = ("roles[0].gpuModels[0]", b => b["roles"]![0]!["gpuModels"] = new JsonArray("")),
        ["a model with two profiles"] = ("roles[0].gpuModels[0]", b => b["roles"]![0]!["gpuModels"] = new JsonArray("A100/1g.10gb/2")),
        ["a null model"] = ("roles[0].gpuModels[1]", b => b["roles"]![0]!["gpuModels"] = new JsonArray("A100", null)),
        ["a model with a space"] = ("roles[0].gpuModels[0]", b => b["roles"]![0]!["gpuModels"] = new JsonArray("A 100")),
        ["a model twice"] = ("roles[0].gpuModels[1]", b => b["roles"]![0]!["gpuModels"] = new JsonArray("A100", "A100")),
        ["65 labels"] = ("labels", b => b["labels"] = Bodies.Map(65)),
        ["affinity without expressions"] = ("roles[0].nodeAffinity[0].matchExpressions", b => b["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""[{"matchExpressions":[]}]""")),
        ["an affinity key that is none"] = ("roles[0].nodeAffinity[0].matchExpressions[0].key", b => b["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""[{"matchExpressions":[{"key":"a b","operator":"Exists"}]}]""")),
        ["an affinity without a key"] = ("roles[0].nodeAffinity[0].matchExpressions[0].key", b => b["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""[{"matchExpressions":[{"operator":"Exists"}]}]""")),
        ["an affinity operator that is none"] = ("roles[0].nodeAffinity[0].matchExpressions[0].operator", b => b["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""[{"matchExpressions":[{"key":"a","operator":"Near"}]}]""")),
        ["In without values"] = ("roles[0].nodeAffinity[0].matchExpressions[0].values", b => b["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""[{"matchExpressions":[{"key":"a","operator":"In"}]}]""")),
        ["Exists with values"] = ("roles[0].nodeAffinity[0].matchExpressions[0].values", b => b["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""[{"matchExpressions":[{"key":"a","operator":"Exists","values":["b"]}]}]""")),
        ["Gt with a word"] = ("roles[0].nodeAffinity[0].matchExpressions[0].values", b => b["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""[{"matchExpressions":[{"key":"a","operator":"Gt","values":["b"]}]}]""")),
        ["17 affinity terms"] = ("roles[0].nodeAffinity", b => b["roles"]![0]!["nodeAffinity"] = new JsonArray([.. Enumerable.Range(0, 17).Select(_ => (JsonNode)new JsonObject())])),
        ["65 node selectors"] = ("roles[0].nodeSelector", b => b["roles"]![0]!["nodeSelector"] = Bodies.Map(65)),
        ["65 tolerations"] = ("roles[0].tolerations", b => b["roles"]![0]!["tolerations"] = Bodies.Map(65)),
        ["an empty label key"] = ("labels", b => b["labels"] = new JsonObject { [""] = "x" }),
        ["a label key of 64 characters"] = ("labels", b => b["labels"] = new JsonObject { [new string('k', 64)] = "x" }),
        ["a label prefix of 254 characters"] = ("labels", b => b["labels"] = new JsonObject { [new string('p', 254) + "/k"] = "x" }),
        ["a label key with two slashes"] = ("labels", b => b["labels"] = new JsonObject { ["a/b/c"] = "x" }),
        ["a label value of 64 characters"] = ("labels.k", b => b["labels"] = new JsonObject { ["k"] = new string('v', 64) }),
        ["a null label value"] = ("labels.k", b => b["labels"] = new JsonObject { ["k"] = null }),
        ["a label value with a space"] = ("labels.k", b => b["labels"] = new JsonObject { ["k"] = "a b" }),
        ["a toleration value that ends with -"] = ("roles[0].tolerations.k", b => b["roles"]![0]!["tolerations"] = new JsonObject { ["k"] = "a-" }),
    };

    public static TheoryData<string> Broken => [.. s_broken.Keys];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_submission_with_one_broken_rule_is_refused_by_field(string what)
    {
        var (field, breakIt) = s_broken[what];
        var before = gateway.Cluster.Jobs.Count;

        var reply = await gateway.Post("/api/v1/jobs", Bodies.Job(breakIt));

        var errors = reply.IsProblem(422, "ValidationFailed");
        Assert.Equal([field], errors.Keys);
        Assert.All(errors[field], Assert.NotEmpty);
        Assert.Equal(before, gateway.Cluster.Jobs.Count);
    }

    [Fact]
    public async Task All_broken_rules_are_told_at_once()
    {
        var reply = await gateway.Post("/api/v1/jobs", Bodies.Job(b =>
        {
            b["name"] = "Bad Name";
            b["priority"] = -1;
            b["maxRetries"] = 1000;
            b["roles"]![0]!["count"] = 0;
            b["roles"]![0]!["gpus"] = 65;
            b["labels"] = new JsonObject { ["k"] = "a b" };
        }));

        var errors = reply.IsProblem(422, "ValidationFailed");
        Assert.Equal(["labels.k", "maxRetries", "name", "priority", "roles[0].count", "roles[0].gpus"], errors.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_largest_values_that_rules_allow_are_accepted()
    {
        var id = await gateway.Submit(b =>
        {
            b["name"] = new string('a', 253);
            b["pool"] = "main";
            b["quota"] = "other-cohort/local/local";
            b["priority"] = 1000;
            b["runForSeconds"] = 31_536_000;
            b["timeLimitSeconds"] = 31_536_000;
            b["maxRetries"] = 100;
            b["topology"] = new JsonObject { ["required"] = "block", ["preferred"] = "rack" };
            b["labels"] = Bodies.Map(63);
            b["labels"]![new string('p', 253) + "/" + new string('k', 63)] = new string('v', 63);
            var role = b["roles"]![0]!;
            role["count"] = 100_000;
            role["cpuMilli"] = 1_000_000_000;
            role["memoryMiB"] = 1_000_000_000;
            role["gpus"] = 64;
            role["gpuModels"] = new JsonArray([.. Enumerable.Range(0, 32).Select(i => (JsonNode)$"m{i}")]);
        });

        var spec = gateway.Cluster.Jobs[id].Submitted!.Spec;
        Assert.Equal(100_000, spec.TotalWorkers);
        Assert.Equal(6_400_000_000, spec.TotalGpuMilli);
        Assert.Equal(TimeSpan.FromDays(365), spec.TimeLimit);
        Assert.Equal(64, spec.Labels.Length);
    }

    [Fact]
    public async Task The_smallest_values_that_rules_allow_are_accepted()
    {
        var id = await gateway.Submit(b =>
        {
            b["name"] = "a";
            b["priority"] = 0;
            b["runForSeconds"] = 1;
            b["timeLimitSeconds"] = 1;
            b["maxRetries"] = 0;
            b["labels"] = new JsonObject { ["k"] = "" };
            b["roles"]![0] = JsonNode.Parse("""{ "name": "w", "count": 1, "cpuMilli": 0, "memoryMiB": 0, "gpus": 1, "gpuMilli": 1 }""");
        });

        var spec = gateway.Cluster.Jobs[id].Submitted!.Spec;
        Assert.Equal(1, spec.TotalGpuMilli);
        Assert.Equal(TimeSpan.FromSeconds(1), spec.RunFor);
        Assert.True(spec.Roles[0].Shape.IsFractional);
    }

    [Fact]
    public async Task The_configured_gang_size_counts()
    {
        await using var small = await TestGateway.Start(settings: ("Gateway:MaxWorkersPerGang", "3"));

        var reply = await small.Post("/api/v1/jobs", Bodies.Job());

        Assert.Equal(["must be from 1 to 3"], reply.IsProblem(422, "ValidationFailed")["roles[0].count"]);
    }

    private static void Twice(JsonNode body, string resource)
    {
        Named(body, resource, 1);
        body["container"] = new JsonObject { ["devices"] = new JsonObject { [resource] = 1 } };
    }

    private static void Named(JsonNode body, string resource, JsonNode amount) => body["roles"]![0]!["extendedResources"] = new JsonObject { [resource] = amount };

    private static JsonNode Counted(string name, int count)
    {
        var role = Bodies.Role(name);
        role["count"] = count;
        return role;
    }

    private static void Gpu(JsonNode body, int gpus, int milli)
    {
        body["roles"]![0]!["gpus"] = gpus;
        body["roles"]![0]!["gpuMilli"] = milli;
    }
}
