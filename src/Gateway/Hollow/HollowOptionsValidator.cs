using Microsoft.Extensions.Options;

namespace Gateway.Hollow;

/// <summary>Says everything that is wrong with the options at once, at start-up.</summary>
internal sealed class HollowOptionsValidator : IValidateOptions<HollowOptions>
{
    public ValidateOptionsResult Validate(string? name, HollowOptions options)
    {
        var errors = Errors(options).Select(e => "Hollow: " + e).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Errors(HollowOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Inventory))
        {
            yield return "Inventory is not set: name a CSV file, or synthetic:NODESxGPUS.";
        }
        else if (SyntheticInventory.IsSynthetic(options.Inventory) && SyntheticInventory.Parse(options.Inventory, "pool", out var error) is null)
        {
            yield return error!;
        }

        if (!InventoryNames.IsName(options.Pool))
        {
            yield return $"Pool is \"{options.Pool}\": use lower-case letters, digits and '-', at most 63.";
        }

        if (!(options.TimeScale is > 0 and <= 1e6))
        {
            yield return $"TimeScale is {options.TimeScale}: set a number above 0, up to 1,000,000.";
        }

        if (!(options.FailureProbability is >= 0 and <= 1))
        {
            yield return $"FailureProbability is {options.FailureProbability}: set 0 to 1.";
        }

        if (!(options.HardwareShare is >= 0 and <= 1))
        {
            yield return $"HardwareShare is {options.HardwareShare}: set 0 to 1.";
        }

        (string Name, TimeSpan Value, TimeSpan Least)[] times =
        [
            (nameof(HollowOptions.StartDelay), options.StartDelay, TimeSpan.Zero), (nameof(HollowOptions.StopDelay), options.StopDelay, TimeSpan.Zero),
            (nameof(HollowOptions.CheckpointTime), options.CheckpointTime, TimeSpan.Zero),
            (nameof(HollowOptions.FailWithin), options.FailWithin, TimeSpan.FromTicks(1)),
            (nameof(HollowOptions.ReportAgainAfter), options.ReportAgainAfter, TimeSpan.FromMilliseconds(100)),
        ];
        foreach (var (name, value, least) in times.Where(t => t.Value < t.Least || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"{name} is {value}: set {least} to 1 day.";
        }

        foreach (var error in options.Reconcile.Errors())
        {
            yield return error;
        }
    }
}
