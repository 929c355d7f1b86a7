// SPDX-License-Identifier: Apache-2.0
// The few signs that are quicker than a word, drawn on one 24-px grid.

const box = { viewBox: '0 0 24 24', width: 24, height: 24, 'aria-hidden': true, class: 'icon' } as const;

export const PlayIcon = () => (
  <svg {...box}>
    <path class="solid" d="M8 5.2v13.6a.8.8 0 0 0 1.2.7l10.9-6.8a.8.8 0 0 0 0-1.4L9.2 4.5A.8.8 0 0 0 8 5.2Z" />
  </svg>
);

export const StopIcon = () => (
  <svg {...box}>
    <rect class="solid" x="6" y="6" width="12" height="12" rx="1.5" />
  </svg>
);

export const AddIcon = () => (
  <svg {...box}>
    <path d="M12 5v14M5 12h14" />
  </svg>
);

export const RemoveIcon = () => (
  <svg {...box}>
    <path d="m6.5 6.5 11 11M17.5 6.5l-11 11" />
  </svg>
);

export const GripIcon = () => (
  <svg {...box}>
    <path d="M6 9h12M6 15h12" />
  </svg>
);

export const SearchIcon = () => (
  <svg {...box}>
    <circle cx="10.5" cy="10.5" r="5.5" />
    <path d="m15 15 4.5 4.5" />
  </svg>
);

export const VolumeIcon = ({ level }: { level: number }) => (
  <svg {...box}>
    <path class="solid" d="M4 9.5v5h3.2l4.3 3.6V5.9L7.2 9.5z" />
    {level > 0 && <path d="M15 9.5a3.6 3.6 0 0 1 0 5" />}
    {level > 0.5 && <path d="M17.4 7a7.2 7.2 0 0 1 0 10" />}
  </svg>
);

export const EditIcon = () => (
  <svg {...box}>
    <path d="m5 19 1-4L16.2 4.8a1.6 1.6 0 0 1 2.3 0l.7.7a1.6 1.6 0 0 1 0 2.3L9 18z" />
  </svg>
);

export const MoreIcon = () => (
  <svg {...box}>
    <circle class="solid" cx="5.5" cy="12" r="1.6" />
    <circle class="solid" cx="12" cy="12" r="1.6" />
    <circle class="solid" cx="18.5" cy="12" r="1.6" />
  </svg>
);

export const PauseIcon = () => (
  <svg {...box}>
    <path class="solid" d="M7 5h3.5v14H7zM13.5 5H17v14h-3.5z" />
  </svg>
);

export const ResumeIcon = () => (
  <svg {...box}>
    <path class="solid" d="M8 5v14l11-7z" />
  </svg>
);

export const HaltIcon = () => (
  <svg {...box}>
    <path class="solid" d="M6.5 6.5h11v11h-11z" />
  </svg>
);

export const NextIcon = () => (
  <svg {...box}>
    <path class="solid" d="M6 5.5v13l9.5-6.5zM16 5.5h2.5v13H16z" />
  </svg>
);

export const PreviousIcon = () => (
  <svg {...box}>
    <path class="solid" d="M18 5.5v13L8.5 12zM5.5 5.5H8v13H5.5z" />
  </svg>
);

export const ModesIcon = () => (
  <svg {...box}>
    <path d="M4 8h9M17 8h3M4 16h3M11 16h9" />
    <circle cx="15" cy="8" r="2" />
    <circle cx="9" cy="16" r="2" />
  </svg>
);

/** A mast: how loud the station is for everybody. */
export const MastIcon = () => (
  <svg {...box}>
    <path d="M12 11 8 21M12 11l4 10M9.5 17h5M8.5 12a5 5 0 0 1 0-6M15.5 6a5 5 0 0 1 0 6M5.5 15a9 9 0 0 1 0-12M18.5 3a9 9 0 0 1 0 12" />
    <circle class="solid" cx="12" cy="9" r="1.7" />
  </svg>
);
