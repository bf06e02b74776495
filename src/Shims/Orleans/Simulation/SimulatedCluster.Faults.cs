namespace Orleans.Simulation;

/// <content>What goes wrong with silos.</content>
public sealed partial class SimulatedCluster
{
    /// <summary>
    /// kill -9: its activations, timers and unsent answers are gone. After <see cref="SimulationOptions.DeathDeclaredAfter"/>
    /// other silos' calls into it fail with SiloUnavailableException and its grains are placed anew; the client's time out.
    /// </summary>
    public void CrashSilo(int silo)
    {
        var node = _nodes[silo];
        if (!node.IsAlive)
        {
            return;
        }

        Note("crash", $"{silo}");
        node.Crash();
        Network.BreakCallsFrom(node);
        DeclareDeadLater(node);
    }

    /// <summary>A new process in the place of one that crashed. Its death is known from then on.</summary>
    public void RestartSilo(int silo)
    {
        var node = _nodes[silo];
        if (node.IsAlive)
        {
            throw new InvalidOperationException($"Silo {silo} is alive.");
        }

        Note("restart", $"{silo}");
        DeclareDead(node);
        _nodes[silo] = Build(silo, node.Generation + 1, isClient: false);
        Run(() => _nodes[silo].StartAsync(CancellationToken.None));
    }

    /// <summary>
    /// Cuts a silo off. It lives on with what it has and believes; the others give it up after
    /// <see cref="SimulationOptions.DeathDeclaredAfter"/> and place its grains anew: then these live twice.
    /// </summary>
    public void Partition(int silo)
    {
        var node = _nodes[silo];
        if (node.IsCutOff || !node.IsAlive)
        {
            return;
        }

        Note("partition", $"{silo}");
        node.IsCutOff = true;
        Directory.CutOff(node);
        DeclareDeadLater(node);
    }

    /// <summary>Ends a partition. A silo that was given up meanwhile learns so and dies: restart it.</summary>
    public void Heal(int silo)
    {
        var node = _nodes[silo];
        if (!node.IsCutOff)
        {
            return;
        }

        Note("heal", $"{silo}");
        if (node.IsDeclaredDead)
        {
            node.Crash();
            Network.BreakCallsFrom(node);
        }
        else
        {
            node.IsCutOff = false;
            Directory.Rejoin(node);
        }
    }

    /// <summary>
    /// Sets a silo's wall clock off by so much from the others', in this life and the next ones. Its timers and time stamps go on as before:
    /// those are monotonic.
    /// </summary>
    public void ShiftClock(int silo, TimeSpan offset)
    {
        if (_clocks[silo].Offset != offset)
        {
            Note("clock", $"{silo} {offset}");
            _clocks[silo].Offset = offset;
        }
    }

    /// <summary>False from its crash until its restart.</summary>
    public bool IsAlive(int silo) => _nodes[silo].IsAlive;

    /// <summary>True while it is partitioned.</summary>
    public bool IsCutOff(int silo) => _nodes[silo].IsCutOff;

    /// <summary>Ends a silo as a host's shutdown does: every activation is deactivated, then the process is gone.</summary>
    public void StopSilo(int silo)
    {
        var node = _nodes[silo];
        Note("stop", $"{silo}");
        Run(() => node.StopAsync(CancellationToken.None));
        node.Crash();
        Network.BreakCallsFrom(node);
        DeclareDead(node);
    }

    private void DeclareDeadLater(SimulatedSilo node)
    {
        if (_options.DeathDeclaredAfter <= TimeSpan.Zero)
        {
            DeclareDead(node);
            return;
        }

        _ = Clock.CreateTimer(_ =>
        {
            if (!node.IsAlive || node.IsCutOff)
            {
                DeclareDead(node);
            }
        }, null, _options.DeathDeclaredAfter, Timeout.InfiniteTimeSpan);
    }

    private void DeclareDead(SimulatedSilo node)
    {
        if (node.IsDeclaredDead)
        {
            return;
        }

        node.IsDeclaredDead = true;
        Note("declared dead", $"{node.Index}");
        Directory.RemoveSilo(node.Index);
        Network.BreakCallsTo(node.Index);
    }
}
