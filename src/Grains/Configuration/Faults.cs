using Microsoft.Extensions.Options;

namespace Grains.Configuration;

/// <summary>Collects everything that is wrong with one section, so that it can be told at once.</summary>
internal sealed class Faults(string section)
{
    private readonly List<string> _faults = [];

    public ValidateOptionsResult Result => _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);

    public Faults Within(string option, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            _faults.Add($"{section}:{option} is {value}; it is from {min} to {max}.");
        }

        return this;
    }

    public Faults Within(string option, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            _faults.Add($"{section}:{option} is {value}; it is from {min} to {max}.");
        }

        return this;
    }

    public Faults OneOf(string option, string? value, IReadOnlyCollection<string> allowed)
    {
        if (value is null || !allowed.Contains(value))
        {
            _faults.Add($"{section}:{option} is '{value}'; it is one of {string.Join(", ", allowed)}.");
        }

        return this;
    }

    public Faults Missing(string option, object? value)
    {
        if (value is null)
        {
            _faults.Add($"{section}:{option} is null.");
        }

        return this;
    }
}
