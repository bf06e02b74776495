using System.Text.Json.Serialization;

namespace Gateway.Azure.Hooks;

/// <summary>What is sent of one scale set. Numbers grow; a gap is notes that were not kept until they could be told.</summary>
internal sealed record ToldDecisions(string Pool, string ScaleSet, IReadOnlyList<ToldDecision> Decisions);

/// <summary>One decision.</summary>
internal sealed record ToldDecision(long Number, DateTimeOffset At, string What, string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ToldDecisions))]
internal sealed partial class ToldJson : JsonSerializerContext;
