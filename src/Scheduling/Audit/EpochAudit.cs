using Scheduling.Model;

namespace Scheduling.Audit;

/// <summary>Remembers from audit to audit how far racks were: epochs never fall (I13), and what was durable once is so for ever (I18).</summary>
public sealed class EpochAudit
{
    private readonly Dictionary<RackId, (long Epoch, long Version)> _seen = [];

    public void Check(RackView view, AuditReport report)
    {
        report.Count(2);
        var rack = view.Spec.Rack;
        var (epoch, version) = _seen.GetValueOrDefault(rack);
        if (view.Epoch < epoch)
        {
            report.Find("I13", $"rack {rack} obeyed epoch {epoch} and now obeys {view.Epoch}");
        }

        if (view.Version < version)
        {
            report.Find("I18", $"rack {rack} was at version {version} and now is at {view.Version}");
        }

        _seen[rack] = (Math.Max(epoch, view.Epoch), Math.Max(version, view.Version));
    }
}
