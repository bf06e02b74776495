using System.Net;
using Microsoft.Extensions.Options;
using Silo.Clustering;

namespace Silo;

/// <summary>Finds everything that is wrong at once, before anything starts.</summary>
internal sealed class SiloOptionsValidator : IValidateOptions<SiloOptions>
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    public ValidateOptionsResult Validate(string? name, SiloOptions options)
    {
        var errors = new List<string>();
        if (!Enum.IsDefined(options.Storage))
            errors.Add($"Silo:Storage is {options.Storage}; it is one of {string.Join(", ", Enum.GetNames<StorageKind>())}.");
        if (options.Storage == StorageKind.Embedded && string.IsNullOrWhiteSpace(options.DataFolder))
            errors.Add("Silo:DataFolder is empty; the embedded storage needs a folder.");
        if (options.Storage == StorageKind.Postgres)
            errors.AddRange(options.Postgres?.Errors() ?? ["Silo:Postgres is null."]);
        if (options.Storage == StorageKind.Azure)
            errors.AddRange(options.Azure?.Errors() ?? ["Silo:Azure is null."]);
        Within(nameof(options.ReadConnections), options.ReadConnections, 1, 64);
        Within(nameof(options.SiloPort), options.SiloPort, 1, 65535);
        Within(nameof(options.GatewayPort), options.GatewayPort, 0, 65535);
        if (options.ResponseTimeout < TimeSpan.FromSeconds(1) || options.ResponseTimeout > TimeSpan.FromMinutes(10))
            errors.Add($"Silo:ResponseTimeout is {options.ResponseTimeout}; it is from 1 second to 10 minutes.");
        if (options.WedgedAfter < TimeSpan.FromSeconds(10) || options.WedgedAfter > TimeSpan.FromHours(1))
            errors.Add($"Silo:WedgedAfter is {options.WedgedAfter}; it is from 10 seconds to 1 hour.");
        if (options.StopWithin < TimeSpan.FromSeconds(1) || options.StopWithin > TimeSpan.FromHours(1))
            errors.Add($"Silo:StopWithin is {options.StopWithin}; it is from 1 second to 1 hour.");
        errors.AddRange(Clustering(options));
        if (options.GroupCommit is null)
            return ValidateOptionsResult.Fail([.. errors, "Silo:GroupCommit is null."]);

        Within("GroupCommit:MaxOps", options.GroupCommit.MaxOps, 1, 65536);
        Within("GroupCommit:MaxBytes", options.GroupCommit.MaxBytes, 64 * KiB, 1024 * MiB);
        Within("GroupCommit:QueueLength", options.GroupCommit.QueueLength, 1, 1 << 20);
        Within("GroupCommit:MaxRecordBytes", options.GroupCommit.MaxRecordBytes, MiB, 1000 * MiB - 1);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Within(string option, int value, int min, int max)
        {
            if (value < min || value > max)
                errors.Add($"Silo:{option} is {value}; it is from {min} to {max}.");
        }
    }

    private static IEnumerable<string> Clustering(SiloOptions options)
    {
        if (options.Membership is null)
            return ["Silo:Membership is null."];
        if (options.Tls is null)
            return ["Silo:Tls is null."];
        List<string> errors = [.. options.Membership.Errors(), .. options.Tls.Errors()];
        if (!Enum.IsDefined(options.Clustering))
            errors.Add($"Silo:Clustering is {options.Clustering}; it is one of {string.Join(", ", Enum.GetNames<ClusteringKind>())}.");
        if (options.ClusterId is not { Length: > 0 and <= 150 } || !options.ClusterId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            errors.Add($"Silo:ClusterId is \"{options.ClusterId}\"; it is 1 to 150 letters, digits, '-', '_' and '.'.");
        if (options.Address is { } address && !IPAddress.TryParse(address, out _))
            errors.Add($"Silo:Address is \"{address}\"; it is an IP address.");
        if (options.Clustering == ClusteringKind.Embedded)
            return errors;
        if (ClusterHosting.WhyNot is { } why)
            errors.Add($"Silo:Clustering is {options.Clustering}, but {why}.");
        if (options.Storage is StorageKind.Embedded or StorageKind.Memory)
            errors.Add($"Silo:Storage is {options.Storage}, which one process has for itself; the silos of a cluster need one that they share: Postgres or Azure.");
        if (options.Clustering == ClusteringKind.Postgres && options.Storage != StorageKind.Postgres)
            errors.AddRange(options.Postgres?.Errors() ?? ["Silo:Postgres is null."]);
        if (options.Clustering == ClusteringKind.Azure && options.Storage != StorageKind.Azure)
            errors.AddRange(options.Azure?.Errors() ?? ["Silo:Azure is null."]);
        return errors;
    }
}
