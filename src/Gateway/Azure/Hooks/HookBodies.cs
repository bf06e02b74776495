using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Gateway.Azure.Hooks;

/// <summary>
/// What hooks send, as signals: Azure autoscale's notification, Azure Monitor's common alert schema, Event Grid's events in both of their schemas, and
/// what our node agents tell of Scheduled Events. Pure; null: the body is not what it should be.
/// </summary>
internal static class HookBodies
{
    private const int MostEvents = 1000;
    private const string ScaleSets = "/virtualmachinescalesets/";
    private const string ValidationEvent = "Microsoft.EventGrid.SubscriptionValidationEvent";

    /// <summary>docs: azure-monitor/autoscale/autoscale-webhook-email.</summary>
    public static IReadOnlyList<CloudSignal>? Autoscale(JsonElement body)
    {
        if (Object(body, "context") is not { } context || Text(context, "resourceId") is not { } set || SetOf(set) is not { } id || Text(context, "timestamp") is not { } at)
        {
            return null;
        }

        var (operation, before, after) = (Text(body, "operation") ?? "Scale", Text(context, "oldCapacity"), Text(context, "newCapacity"));
        return [new CloudSignal.Look(id, Digest("autoscale", id, at, operation, after), $"Azure autoscale: {Short(operation)} from {Short(before)} to {Short(after)}")];
    }

    /// <summary>docs: azure-monitor/alerts/alerts-common-schema.</summary>
    public static IReadOnlyList<CloudSignal>? Alert(JsonElement body)
    {
        if (Text(body, "schemaId") != "azureMonitorCommonAlertSchema" || Object(body, "data") is not { } data || Object(data, "essentials") is not { } essentials
            || Text(essentials, "alertId") is not { } alert || !essentials.TryGetProperty("alertTargetIDs", out var targets) || targets.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var (rule, condition, severity) = (Text(essentials, "alertRule"), Text(essentials, "monitorCondition"), Text(essentials, "severity"));
        return
        [
            .. targets.EnumerateArray().Take(MostEvents).Select(t => t.ValueKind == JsonValueKind.String ? SetOf(t.GetString()!) : null).OfType<string>()
                .Select(set => new CloudSignal.Look(set, Digest("alert", set, alert, condition), $"Azure alert {Short(rule)}, {Short(severity)}: {Short(condition)}")),
        ];
    }

    /// <summary>The code that Event Grid wants back before it sends events; null: this is not that question.</summary>
    public static string? ValidationCode(JsonElement body) =>
        body.ValueKind == JsonValueKind.Array && body.GetArrayLength() == 1 && body[0] is { ValueKind: JsonValueKind.Object } only && Text(only, "eventType") == ValidationEvent
        && Object(only, "data") is { } data ? Text(data, "validationCode") : null;

    /// <summary>docs: event-grid/event-schema, cloud-event-schema, event-schema-subscriptions.</summary>
    public static IReadOnlyList<CloudSignal>? Events(JsonElement body)
    {
        var events = body.ValueKind switch { JsonValueKind.Array => body.EnumerateArray().Take(MostEvents).ToList(), JsonValueKind.Object => [body], _ => null };
        if (events is null || events.Any(e => e.ValueKind != JsonValueKind.Object || Text(e, "id") is null))
        {
            return null;
        }

        var signals = new List<CloudSignal>();
        foreach (var one in events)
        {
            var type = Text(one, "eventType") ?? Text(one, "type");
            if (type is not null && SetOf(Text(one, "subject") ?? "") is { } set)
            {
                signals.Add(new CloudSignal.Look(set, Digest("event", set, Text(one, "id")), $"Azure event {Short(type)}"));
            }
        }

        return signals;
    }

    /// <summary>docs: virtual-machines/linux/scheduled-events. One event of one machine, told by the agent on it.</summary>
    public static IReadOnlyList<CloudSignal>? Agent(JsonElement body)
    {
        if (Text(body, "set") is not { } named || SetOf(named) is not { } set || Text(body, "instance") is not { Length: > 0 and <= 64 } instance
            || Text(body, "node") is not { Length: > 0 and <= 253 } node || Text(body, "eventId") is not { Length: > 0 and <= 128 } id || Text(body, "eventType") is not { } type)
        {
            return null;
        }

        var (digest, words) = (Digest("agent", set, instance, id), $"Azure scheduled {Short(type)} of machine {instance}, not before {Short(Text(body, "notBefore"))}");
        return type switch
        {
            "Preempt" or "Terminate" or "Redeploy" => [new CloudSignal.Leaves(set, digest, words, instance, node)],
            "Reboot" => [new CloudSignal.Restarts(set, digest, words, node)],
            "Freeze" => [new CloudSignal.Look(set, digest, words)],
            _ => null,
        };
    }

    /// <summary>Which node's agent tells.</summary>
    public static string? NodeOf(JsonElement body) => Text(body, "node");

    /// <summary>The scale set that a resource id names or is under; null: none.</summary>
    public static string? SetOf(string resource)
    {
        var at = resource.IndexOf(ScaleSets, StringComparison.OrdinalIgnoreCase);
        if (resource.Length is 0 or > 1024 || at < 0)
        {
            return null;
        }

        var end = resource.IndexOf('/', at + ScaleSets.Length);
        return end < 0 ? resource : resource[..end];
    }

    private static string Digest(params string?[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts).ToLowerInvariant())))[..32];

    private static string Short(string? text) => text is null ? "?" : text.Length <= 100 ? text : text[..100];

    private static JsonElement? Object(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        } : null;
}
