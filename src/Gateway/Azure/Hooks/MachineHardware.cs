using System.Globalization;
using System.Text.Json;

namespace Gateway.Azure.Hooks;

/// <summary>Which hardware a machine is on, as the agent on it read it. Empty: the agent could not say, and what was known stays.</summary>
/// <param name="Set">The scale set's resource id, in the sender's spelling.</param>
/// <param name="GpuSerials">With commas between, as nodes keep them.</param>
internal sealed record MachineHardware(string Set, string Instance, string Node, string Host, string GpuSerials, DateTimeOffset ReadAt)
{
    private const int MostOfName = 253;
    private const int MostOfInstance = 64;
    private const int MostGpus = 64;

    /// <summary>That many of them with commas between fit where annotations of the same do, in 2048 characters.</summary>
    private const int MostOfSerial = 31;

    /// <summary>Whether an agent tells of hardware, and not of an event.</summary>
    public static bool IsIn(JsonElement body) => body.ValueKind == JsonValueKind.Object && body.TryGetProperty("hardware", out _);

    /// <summary>Either it, or which field breaks which rule. Pure.</summary>
    public static MachineHardware? Read(JsonElement body, DateTimeOffset now, TimeSpan maxAge, out (string Field, string Rule) broken)
    {
        broken = default;
        var hardware = body.GetProperty("hardware");
        if (Text(body, "set") is not { } named || HookBodies.SetOf(named) is not { } set)
        {
            broken = ("set", "must be a scale set's resource id.");
        }
        else if (Text(body, "instance") is not { Length: > 0 and <= MostOfInstance } instance)
        {
            broken = ("instance", $"must be text of 1 to {MostOfInstance} characters.");
        }
        else if (Text(body, "node") is not { Length: > 0 and <= MostOfName } node || !node.All(IsOfName))
        {
            broken = ("node", $"must be 1 to {MostOfName} letters, digits, dots, dashes and underscores.");
        }
        else if (hardware.ValueKind != JsonValueKind.Object)
        {
            broken = ("hardware", "must be an object.");
        }
        else if (!IsTime(hardware, out var at) || (at - now).Duration() > maxAge)
        {
            broken = ("hardware.readAt", string.Create(CultureInfo.InvariantCulture, $"must be a time in RFC 3339 form, not more than {maxAge.TotalSeconds:0} s from this gateway's clock."));
        }
        else if (HostIn(hardware) is not { } host)
        {
            broken = ("hardware.host", $"must be absent, or 1 to {MostOfName} letters, digits, dots, dashes and underscores.");
        }
        else if (SerialsIn(hardware, out broken) is { } serials)
        {
            return new MachineHardware(set, instance, node, host, serials, at);
        }

        return null;
    }

    /// <summary>"": not said. Null: it breaks its rule.</summary>
    private static string? HostIn(JsonElement hardware) =>
        !IsSaid(hardware, "host", out _) ? "" : Text(hardware, "host") is { Length: > 0 and <= MostOfName } host && host.All(IsOfName) ? host : null;

    private static string? SerialsIn(JsonElement hardware, out (string Field, string Rule) broken)
    {
        broken = default;
        if (!IsSaid(hardware, "gpuSerials", out var said))
        {
            return "";
        }

        if (said.ValueKind != JsonValueKind.Array || said.GetArrayLength() is 0 or > MostGpus)
        {
            broken = ("hardware.gpuSerials", $"must be absent, or a list of 1 to {MostGpus} serial numbers.");
            return null;
        }

        List<string> serials = [];
        foreach (var one in said.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.String || one.GetString() is not { Length: > 0 and <= MostOfSerial } serial || !serial.All(IsOfName))
            {
                broken = ($"hardware.gpuSerials[{serials.Count}]", $"must be 1 to {MostOfSerial} letters, digits, dots, dashes and underscores.");
                return null;
            }

            serials.Add(serial);
        }

        // The order in which a driver counts them says nothing of the hardware.
        return string.Join(',', serials.Order(StringComparer.Ordinal));
    }

    private static bool IsTime(JsonElement hardware, out DateTimeOffset at)
    {
        at = default;
        return IsSaid(hardware, "readAt", out var said) && said.ValueKind == JsonValueKind.String && said.TryGetDateTimeOffset(out at);
    }

    private static bool IsSaid(JsonElement of, string name, out JsonElement said) => of.TryGetProperty(name, out said) && said.ValueKind != JsonValueKind.Null;

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var said) && said.ValueKind == JsonValueKind.String ? said.GetString() : null;

    private static bool IsOfName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_';
}
