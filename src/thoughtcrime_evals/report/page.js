(() => {
  "use strict";
  const root = document.documentElement;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const config = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };
  const property = /^var\((--[a-z-]+)\)$/;
  let style = getComputedStyle(root);

  // A colour in a figure is the name of a custom property, so that it follows the scheme.
  const painted = (value) => {
    if (typeof value === "string") {
      const found = property.exec(value);
      return found ? style.getPropertyValue(found[1]).trim() : value;
    }
    if (Array.isArray(value)) return value.map(painted);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, painted(of)]));
    }
    return value;
  };

  const axis = (own) => ({
    gridcolor: "var(--grid)",
    zerolinecolor: "var(--muted)",
    linecolor: "var(--grid)",
    ticks: "",
    ...own,
  });

  const drawn = (layout) => painted({
    ...layout,
    xaxis: axis(layout.xaxis),
    yaxis: axis(layout.yaxis),
    margin: { l: 12, r: 16, t: 6, b: 34 },
    autosize: true,
    showlegend: false,
    dragmode: false,
    hovermode: "closest",
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: style.fontFamily, size: 12, color: "var(--ink)" },
    hoverlabel: {
      bgcolor: "var(--paper)",
      bordercolor: "var(--muted)",
      font: { family: style.fontFamily, color: "var(--ink)" },
      align: "left",
      namelength: 0,
    },
  });

  const draw = () => {
    style = getComputedStyle(root);
    figures.forEach((panels, figure) => panels.forEach((panel, number) => {
      const place = document.getElementById(`plot-${figure}-${number}`);
      Plotly.react(place, painted(panel.data), drawn(panel.layout), config);
    }));
  };

  // On paper, what is folded is lost, and a dark page is a waste of ink.
  const details = [...document.querySelectorAll("details")];
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = details.filter((one) => !one.open);
    folded.forEach((one) => { one.open = true; });
    root.classList.add("paper");
    draw();
  });
  addEventListener("afterprint", () => {
    folded.forEach((one) => { one.open = false; });
    root.classList.remove("paper");
    draw();
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
  root.dataset.drawn = "yes";
})();
