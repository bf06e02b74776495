using System.Text.Json.Serialization;

namespace NodeAgent.Imds;

/// <summary>Scheduled Events as the machine's metadata service shows them (docs: virtual-machines/linux/scheduled-events, version 2020-07-01).</summary>
internal sealed record EventDocument
{
    [JsonPropertyName("DocumentIncarnation")] public long Incarnation { get; init; }

    [JsonPropertyName("Events")] public IReadOnlyList<ScheduledEvent> Events { get; init; } = [];
}

/// <summary>Something that Azure, or an operator, is about to do to machines.</summary>
internal sealed record ScheduledEvent
{
    [JsonPropertyName("EventId")] public string Id { get; init; } = "";

    /// <summary>Scheduled, or Started.</summary>
    [JsonPropertyName("EventStatus")] public string Status { get; init; } = "";

    /// <summary>Freeze, Reboot, Redeploy, Preempt or Terminate.</summary>
    [JsonPropertyName("EventType")] public string Type { get; init; } = "";

    /// <summary>Names of the machines that it concerns: a machine sees the events of all in its placement group.</summary>
    [JsonPropertyName("Resources")] public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>"Mon, 19 Sep 2016 18:29:47 GMT"; empty once it has started.</summary>
    [JsonPropertyName("NotBefore")] public string? NotBefore { get; init; }
}

/// <summary>An event, or more, may happen now.</summary>
internal sealed record StartDocument
{
    [JsonPropertyName("StartRequests")] public required IReadOnlyList<StartRequest> Requests { get; init; }
}

internal sealed record StartRequest
{
    [JsonPropertyName("EventId")] public required string Id { get; init; }
}

/// <summary>What the metadata service says of the machine itself (docs: virtual-machines/instance-metadata-service, version 2021-02-01).</summary>
internal sealed record ComputeDocument
{
    /// <summary>"aks-h100-1234-vmss_7", by which events name it.</summary>
    [JsonPropertyName("name")] public string Name { get; init; } = "";

    [JsonPropertyName("resourceId")] public string ResourceId { get; init; } = "";

    [JsonPropertyName("subscriptionId")] public string Subscription { get; init; } = "";

    [JsonPropertyName("resourceGroupName")] public string Group { get; init; } = "";

    /// <summary>Empty: it is in none.</summary>
    [JsonPropertyName("vmScaleSetName")] public string ScaleSet { get; init; } = "";

    [JsonPropertyName("osProfile")] public OsProfile? Os { get; init; }
}

internal sealed record OsProfile
{
    [JsonPropertyName("computerName")] public string? ComputerName { get; init; }
}

[JsonSerializable(typeof(EventDocument))]
[JsonSerializable(typeof(StartDocument))]
[JsonSerializable(typeof(ComputeDocument))]
internal sealed partial class ImdsJson : JsonSerializerContext;
