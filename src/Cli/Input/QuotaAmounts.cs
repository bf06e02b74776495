using System.Globalization;
using Gateway.Contracts;

namespace Cli.Input;

/// <summary>"gpu=64" (GPUs), "gpu/A100=32", "cpu=500" (cores) and "memory=2Ti" into the units of the contracts, and back.</summary>
internal static class QuotaAmounts
{
    /// <exception cref="CliException">Usage.</exception>
    public static IReadOnlyDictionary<string, long>? Parse(string what, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var amounts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var equals = value.IndexOf('=', StringComparison.Ordinal);
            var resource = equals > 0 ? value[..equals] : "";
            if (resource is not ("gpu" or "cpu" or "memory") && !(resource.StartsWith("gpu/", StringComparison.Ordinal) && resource.Length > 4))
            {
                throw CliException.Usage($"{what} is \"{value}\"; write gpu=64, gpu/A100=32, cpu=500 or memory=2Ti");
            }

            var amount = Amount($"{what} {resource}", resource, value[(equals + 1)..]);
            if (!amounts.TryAdd(resource, amount))
            {
                throw CliException.Usage($"{what} names {resource} twice; give each resource once");
            }
        }

        return amounts;
    }

    public static string Show(string resource, long amount) =>
        resource == "memory" ? Output.Show.MiB(amount) : Output.Show.Milli(amount);

    private static long Amount(string what, string resource, string text)
    {
        if (resource == "memory")
        {
            return Quantity.MemoryMiB(what, text);
        }

        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && text.Length <= 20
            && number * 1000 is var milli && milli <= Limits.MaxQuotaAmount && milli == decimal.Truncate(milli)
            ? (long)milli
            : throw CliException.Usage($"{what} is \"{text}\"; write a number from 0 with at most three decimals");
    }
}
