using Grains.Configuration;
using Microsoft.Extensions.Options;

namespace Grains.Nodes;

/// <summary>Finds everything that is wrong at once, before anything starts.</summary>
internal sealed class NodeOptionsValidator : IValidateOptions<NodeOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, NodeOptions options) =>
        new Faults(NodeOptions.Section)
            .Within(nameof(options.RetryPeriod), options.RetryPeriod, Least, Most)
            .Within(nameof(options.EvictionsAtOnce), options.EvictionsAtOnce, 1, 1024)
            .Within(nameof(options.LostAfter), options.LostAfter, Least, TimeSpan.FromDays(30))
            .Within(nameof(options.MaxReasonLength), options.MaxReasonLength, 1, 65_536)
            .Result;
}
