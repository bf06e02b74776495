using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Contracts;

/// <summary>How the contracts are read and written: strictly, and without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    NumberHandling = JsonNumberHandling.Strict,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = Limits.MaxJsonDepth)]
[JsonSerializable(typeof(SubmitJobRequest))]
[JsonSerializable(typeof(JobActionRequest))]
[JsonSerializable(typeof(ReplicasRequest))]
[JsonSerializable(typeof(NodeActionRequest))]
[JsonSerializable(typeof(ReplayJournalRequest))]
[JsonSerializable(typeof(JournalReplay))]
[JsonSerializable(typeof(WhatIfRequest))]
[JsonSerializable(typeof(WhatIfResult))]
[JsonSerializable(typeof(QuotaSettings))]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(JobWorkerList))]
[JsonSerializable(typeof(JobEvent))]
[JsonSerializable(typeof(JobEventList))]
[JsonSerializable(typeof(JobExplanation))]
[JsonSerializable(typeof(Pool))]
[JsonSerializable(typeof(PoolList))]
[JsonSerializable(typeof(Rack))]
[JsonSerializable(typeof(RackList))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(NodeList))]
[JsonSerializable(typeof(QuotaTree))]
[JsonSerializable(typeof(CohortList))]
[JsonSerializable(typeof(ClusterSummary))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ContractsJson : JsonSerializerContext
{
    /// <summary>For clients: v1 only ever grows, so what a newer server adds is skipped.</summary>
    public static ContractsJson Lenient { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = Limits.MaxJsonDepth,
    });
}
