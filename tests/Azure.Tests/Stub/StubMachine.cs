using System.Text.Json.Nodes;

namespace Azure.Tests.Stub;

/// <summary>A virtual machine of a scale set.</summary>
internal sealed class StubMachine(string set, int number, DateTimeOffset createdAt)
{
    private static readonly char[] s_digits = "0123456789abcdefghijklmnopqrstuvwxyz".ToCharArray();

    public int Number => number;

    public string Id { get; } = number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The set's name and six digits to the base of 36, as Azure names the machines of uniform sets.</summary>
    public string ComputerName { get; } = set + Base36(number);

    /// <summary>Creating, Succeeded, Failed, Deleting.</summary>
    public string State { get; set; } = "Creating";

    public bool HasJoined { get; set; }

    /// <summary>Work is on it: deleting it is a fault of whoever asks.</summary>
    public bool HasWork { get; set; }

    public JsonNode? Protection { get; set; }

    public JsonObject ToJson(string setUrl, string location, string sku) => new()
    {
        ["id"] = $"{setUrl}/virtualMachines/{Id}",
        ["name"] = $"{set}_{Id}",
        ["type"] = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
        ["location"] = location,
        ["instanceId"] = Id,
        ["sku"] = new JsonObject { ["name"] = sku, ["tier"] = "Standard" },
        ["properties"] = new JsonObject
        {
            ["provisioningState"] = State,
            ["timeCreated"] = createdAt.ToString("O"),
            ["latestModelApplied"] = true,
            ["vmId"] = $"00000000-0000-0000-0000-{number:d12}",
            ["osProfile"] = new JsonObject { ["computerName"] = ComputerName },
            ["protectionPolicy"] = Protection?.DeepClone(),
        },
    };

    private static string Base36(int number)
    {
        Span<char> text = stackalloc char[6];
        for (var i = 5; i >= 0; i--, number /= 36)
        {
            text[i] = s_digits[number % 36];
        }

        return new string(text);
    }
}
